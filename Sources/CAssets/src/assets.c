// The page and the Python client as bytes: #embed reads them when this file is compiled, so that the
// binary needs no folder beside it. A new file is one line in each of the two lists.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#if !__has_embed("/usr/share/javascript/dygraphs/dygraph.min.js")
#error "dygraphs is missing: apt-get install libjs-dygraphs"
#endif

static const unsigned char index_html[] = {
#embed "../page/index.html"
};
static const unsigned char style_css[] = {
#embed "/usr/share/javascript/dygraphs/dygraph.min.css"
,'\n',
#embed "../page/style.css"
};
static const unsigned char icon_svg[] = {
#embed "../page/icon.svg"
};
static const unsigned char app_js[] = {
#embed "../page/app.js"
};
static const unsigned char api_js[] = {
#embed "../page/api.js"
};
static const unsigned char dom_js[] = {
#embed "../page/dom.js"
};
static const unsigned char state_js[] = {
#embed "../page/state.js"
};
static const unsigned char chart_js[] = {
#embed "../page/chart.js"
};
static const unsigned char editor_js[] = {
#embed "../page/editor.js"
};
static const unsigned char runs_js[] = {
#embed "../page/runs.js"
};
static const unsigned char curves_js[] = {
#embed "../page/curves.js"
};
static const unsigned char whatif_js[] = {
#embed "../page/whatif.js"
};
static const unsigned char fits_js[] = {
#embed "../page/fits.js"
};
static const unsigned char plans_js[] = {
#embed "../page/plans.js"
};
static const unsigned char logs_js[] = {
#embed "../page/logs.js"
};
static const unsigned char isoloss_py[] = {
#embed "../client/isoloss.py"
};
static const unsigned char dygraph_min_js[] = {
#embed "/usr/share/javascript/dygraphs/dygraph.min.js"
};

#define ASSET(name, bytes) {name, bytes, sizeof bytes}
static const struct embedded_file assets[] = {
    ASSET("index.html", index_html),
    ASSET("style.css", style_css),
    ASSET("icon.svg", icon_svg),
    ASSET("app.js", app_js),
    ASSET("api.js", api_js),
    ASSET("dom.js", dom_js),
    ASSET("state.js", state_js),
    ASSET("chart.js", chart_js),
    ASSET("editor.js", editor_js),
    ASSET("runs.js", runs_js),
    ASSET("curves.js", curves_js),
    ASSET("whatif.js", whatif_js),
    ASSET("fits.js", fits_js),
    ASSET("plans.js", plans_js),
    ASSET("logs.js", logs_js),
    ASSET("isoloss.py", isoloss_py),
    ASSET("dygraph.min.js", dygraph_min_js),
};
const size_t asset_count = sizeof assets / sizeof assets[0];

const struct embedded_file *embedded_asset(size_t index) {
    return &assets[index];
}
