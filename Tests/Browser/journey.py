"""What people see, tried in a headless Chromium: python journey.py BINARY [--pictures] [--speed]

Each step prints a line; a miss is printed and the exit status is 1.
"""

import csv
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

root = pathlib.Path(__file__).resolve().parents[2]
binary = sys.argv[1]
misses = []


def check(what, holds, detail=""):
    print(f"{'ok  ' if holds else 'MISS'} {what}{f': {detail}' if detail and not holds else ''}", flush=True)
    if not holds:
        misses.append(what)


def wait(find, seconds=30):
    """The first truthy answer of `find`, or None."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = find()
            if found:
                return found
        except Exception:  # the page is being drawn anew
            pass
        time.sleep(0.05)
    return None


def press(driver, by, what):
    """Clicks what may be drawn anew in that moment."""
    return wait(lambda: driver.find_element(by, what).click() or True)


class Server:
    """A server of its own on a free port, with a database in a temporary folder."""

    def __init__(self, folder, token=None):
        self.process = subprocess.Popen(
            [binary, "serve", "--database", str(folder / f"{token or 'isoloss'}.db"), "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | ({"ISOLOSS_TOKEN": token} if token else {}))
        self.url = re.search(r"http\S+", self.process.stdout.readline()).group().rstrip("/")

    def ask(self, path, body=None, method=None, kind="application/json"):
        request = urllib.request.Request(self.url + path, data=body, method=method, headers={"Content-Type": kind})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def browser(width, height, dark=False):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "screenWidth": width, "screenHeight": height,
                            "deviceScaleFactor": 1, "mobile": width < 500})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                           {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    return driver


def text(driver):
    return driver.find_element(By.TAG_NAME, "body").text


def complaints(driver, url):
    """Console errors, and requests to anywhere else."""
    bad = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked = message["params"]["request"]["url"]
            if not asked.startswith((url, "blob:", "data:", "chrome", "about:")):
                bad.append(f"asked {asked}")
    return bad


AUDIT = """
const bad = [];
const named = (element) => (element.getAttribute('aria-label') || element.textContent || element.title || '').trim()
  || (element.labels && element.labels.length) || element.querySelector('img[alt]');
for (const element of document.querySelectorAll('a, button, input, select, [role=slider]'))
  if (element.offsetParent !== null && !named(element)) bad.push('no name: ' + element.outerHTML.slice(0, 90));
if (document.querySelectorAll('h1').length !== 1) bad.push('h1: ' + document.querySelectorAll('h1').length);
if (!document.documentElement.lang) bad.push('no language');
if (!document.querySelector('main') || !document.querySelector('nav[aria-label]')) bad.push('no landmarks');
const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) bad.push('id twice: ' + id);
const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((value) => { value /= 255; return value <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
const paper = (element) => { for (let at = element; at; at = at.parentElement) { const colour = getComputedStyle(at).backgroundColor; if (!/, 0\\)$/.test(colour) && colour !== 'transparent') return colour; } return 'rgb(255,255,255)'; };
for (const element of document.querySelectorAll('p, a, label, td, th, h1, h2, button, caption, b, span')) {
  if (element.offsetParent === null || !element.textContent.trim() || element.disabled || element.closest('.skip')) continue;
  const [one, two] = [light(getComputedStyle(element).color), light(paper(element))];
  const contrast = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
  if (contrast < 4.5) bad.push('contrast ' + contrast.toFixed(1) + ': ' + element.outerHTML.slice(0, 80));
}
return [...new Set(bad)].slice(0, 8);
"""


def trainer_state(folder):
    """A trainer's own log of a run that is two thirds through, out of a sample run."""
    rows = list(csv.DictReader(open(root / "sample-runs/cosine_4000.csv")))
    history = [{"step": int(row["step"]), "loss": float(row["loss"]), "learning_rate": float(row["learning_rate"])} for row in rows]
    path = folder / "trainer_state.json"
    path.write_text(json.dumps({"global_step": 2650, "max_steps": 4000, "epoch": 0.66, "log_history": history[: len(history) * 2 // 3]}))
    return path


def newcomer(server, folder):
    """Empty page → drop a file → see a forecast → drag a cooldown → copy the link → open it."""
    driver = browser(1280, 800)
    driver.get(server.url + "/")
    check("an empty server says how to begin", wait(lambda: "No runs are stored yet" in text(driver)))
    check("and offers nothing to draw", not driver.find_element(By.XPATH, "//button[text()='Draw chosen']").is_enabled())
    press(driver, By.LINK_TEXT, "Put a log in")
    wait(lambda: driver.find_element(By.ID, "files"))
    driver.find_element(By.ID, "files").send_keys(str(trainer_state(folder)))
    check("a dropped file tells what it was", wait(lambda: "Runs found" in text(driver)), text(driver)[:400])
    if press(driver, By.CSS_SELECTOR, "td a[href*='view=curves']"):
        check("a run that is not over shows its forecast", wait(lambda: "Forecast of" in text(driver)), text(driver)[:400])
        wait(lambda: driver.find_element(By.CSS_SELECTOR, "canvas"))
    for name in ("constant_3500", "cosine_2000", "two_stage_2500", "wsd_sqrt_3000"):
        metadata = next(run for run in json.load(open(root / "sample-runs/runs.json"))["runs"] if run["id"] == name)
        metadata = {key: metadata[key] for key in ("id", "schedule", "role", "parameter_count")} | {"study": "sample"}
        server.ask("/v1/runs", json.dumps(metadata).encode())
        server.ask(f"/v1/runs/{name}/points", (root / f"sample-runs/{name}.csv").read_bytes(), kind="text/csv")
    driver.get(server.url + "/?view=fits&law=lr-annealing&runs=constant_3500,cosine_2000,two_stage_2500")
    press(driver, By.CSS_SELECTOR, "form button.primary")
    check("a fit shows its parameters", wait(lambda: "area exponent" in text(driver)))
    driver.get(driver.current_url + "&scored=wsd_sqrt_3000")
    check("a link to a score shows it", wait(lambda: "Held-out metrics" in text(driver)))
    for kind in ("growth&parameter_count=8e9&token_count=15e12", "time-to-target&target_loss=2.4&schedule=warmup:300@3e-3,cosine:3700@3e-4"):
        driver.get(f"{server.url}/?view=plans&kind={kind}")
        wait(lambda: driver.find_element(By.CSS_SELECTOR, "form button.primary"))
        press(driver, By.CSS_SELECTOR, "form button.primary")
        check(f"the plan {kind.split('&')[0]} is drawn", wait(lambda: driver.find_element(By.CSS_SELECTOR, "img.picture").get_property("naturalWidth") > 300), text(driver)[:400])
    driver.get(server.url + "/?view=fits")
    press(driver, By.LINK_TEXT, "What if")
    handle = wait(lambda: driver.find_element(By.CSS_SELECTOR, "[data-handle=start]"))
    driver.get(server.url + "/?view=whatif&schedule=warmup:300@3e-3,hold:2700,linear:1000@3e-4")
    handle = wait(lambda: driver.find_element(By.CSS_SELECTOR, "[data-handle=start]"))
    wait(lambda: "predicted loss at step" in text(driver))
    before = driver.current_url
    ActionChains(driver).drag_and_drop_by_offset(handle, -60, 0).perform()
    check("a dragged cooldown changes the address", wait(lambda: driver.current_url != before and "hold" in driver.current_url))
    time.sleep(0.5)
    redraw = float(driver.find_element(By.CSS_SELECTOR, "[data-redraw]").get_attribute("data-redraw"))
    print(f"     a redraw took {redraw:.1f} ms from the request to the paint")
    address, seen = driver.current_url, driver.find_element(By.CSS_SELECTOR, ".figure b").text
    other = browser(1280, 800)
    other.get(address)
    check("a link shows what its sender saw", wait(lambda: other.find_element(By.CSS_SELECTOR, ".figure b").text == seen))
    other.quit()
    press(driver, By.XPATH, "//button[text()='Best schedule']")
    wait(lambda: "Take this schedule" in text(driver))
    driver.get(driver.current_url)
    check("a link to an advice shows it", wait(lambda: "Take this schedule" in text(driver)))
    box = driver.find_element(By.CSS_SELECTOR, "input.mono")
    box.send_keys(",hodl:5")
    check("an error in a schedule names its character", wait(lambda: "hodl" in driver.find_element(By.ID, "schedule-error").text))
    bad = [line for line in complaints(driver, server.url) if "curve?schedule" not in line]
    check("no console error, no request to anywhere else", not bad, "; ".join(bad[:4]))
    driver.quit()


def names_are_text(server):
    server.ask("/v1/runs/evil", json.dumps({"name": "<img src=x onerror=document.title='owned'>", "study": "<b>bold</b>"}).encode(), "PUT")
    server.ask("/v1/runs/evil/points", json.dumps({"points": [{"step": step, "loss": 3 - step / 100} for step in range(20)]}).encode())
    driver = browser(1280, 800)
    for place in ("/", "/?view=curves&runs=evil&forecast=0"):
        driver.get(server.url + place)
        wait(lambda: "<img" in text(driver))
        check(f"a name is text in {place}", "<img" in text(driver) and driver.title != "owned"
              and not driver.find_elements(By.CSS_SELECTOR, "main img"))
    driver.quit()


def live(server):
    driver = browser(1280, 800)
    driver.get(server.url + "/?q=evil")
    wait(lambda: "19" in text(driver))
    server.ask("/v1/runs/evil/points", json.dumps({"points": [{"step": 777, "loss": 2.5}]}).encode())
    began = time.monotonic()
    check("a new point shows by itself", wait(lambda: "777" in text(driver)))
    print(f"     it took {time.monotonic() - began:.1f} s (2 wanted)")
    driver.quit()


def every_view(server, width, height, dark):
    driver = browser(width, height, dark)
    fit = server.ask("/v1/fits")["fits"][0]["id"]
    places = {"runs": "/", "curves": "/?view=curves&runs=constant_3500,wsd_sqrt_3000&forecast=0", "whatif": "/?view=whatif&run=constant_3500",
              "fits": f"/?view=fits&fit={fit}", "plans": "/?view=plans", "logs": "/?view=logs"}
    for name, place in places.items():
        driver.get(server.url + place)
        wait(lambda: driver.find_element(By.TAG_NAME, "h1"))
        time.sleep(0.8)
        wide = driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
        what = f"{name} at {width}×{height}{' dark' if dark else ''}"
        check(f"{what} fits the screen", wide <= 0, f"{wide} pixels too wide")
        bad = driver.execute_script(AUDIT)
        check(f"{what} has names, landmarks and contrast", not bad, "; ".join(bad))
    bad = complaints(driver, server.url)
    check(f"no complaint at {width}×{height}", not bad, "; ".join(bad[:4]))
    driver.quit()


def keyboard(server):
    driver = browser(1280, 800)
    driver.get(server.url + "/")
    wait(lambda: driver.find_element(By.CSS_SELECTOR, "td input"))
    reached = set()
    for _ in range(30):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        active = driver.switch_to.active_element
        reached.add(active.get_attribute("aria-label") or active.text or active.tag_name)
    check("the keyboard reaches views and runs", {"Curves", "What if"} <= reached and any(name.startswith("Choose") for name in reached), str(reached))
    driver.get(server.url + "/?view=whatif&schedule=warmup:300@3e-3,hold:2700,linear:1000@3e-4")
    handle = wait(lambda: driver.find_element(By.CSS_SELECTOR, "[data-handle=end]"))
    wait(lambda: "predicted loss at step" in text(driver))
    handle.send_keys(Keys.ARROW_RIGHT)
    check("arrow keys move a handle", wait(lambda: "linear%3A1000" not in driver.current_url and "linear:1000" not in driver.current_url))
    driver.quit()


def zoomed(server):
    """A part of a curve is asked for again, over any axis; a mean is drawn over the points."""
    metadata = {"study": "zoom", "batch_tokens": 1000}
    points = [{"step": step, "loss": 2 + 30 / (step + 20) + (step % 7) / 50} for step in range(20000)]
    server.ask("/v1/runs/dense", json.dumps(metadata).encode(), "PUT")
    server.ask("/v1/runs/dense/points", json.dumps({"points": points}).encode())
    driver = browser(1280, 800)
    for axis, scale in (("step", 1), ("tokens", 1000)):
        driver.get(f"{server.url}/?view=curves&runs=dense&smooth=100&x={axis}")
        box = wait(lambda: driver.find_element(By.CSS_SELECTOR, ".chart canvas") and driver.find_element(By.CSS_SELECTOR, ".chart"))
        wait(lambda: "Runs drawn" in text(driver))
        check(f"over {axis} a mean is drawn over the raw points", "dense raw" in box.get_attribute("aria-label"))
        ActionChains(driver).move_to_element(box).click_and_hold().move_by_offset(100, 0).release().perform()
        check(f"a zoom over {axis} stays in the address", wait(lambda: "from=" in driver.current_url), driver.current_url)
        asked = wait(lambda: [name for name in driver.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)") if "from=" in name])
        part = re.search(r"from=(\d+)&to=(\d+)", asked[0]) if asked else None
        check(f"a zoom over {axis} asks for its steps again", part and 1000 < int(part[1]) < int(part[2]) < 19000, str(asked))
        address = driver.current_url
        press(driver, By.XPATH, "//button[text()='Whole curve']")
        check(f"and the whole comes back over {axis}", wait(lambda: "from=" not in driver.current_url))
        driver.get(address)
        check(f"a link to a part over {axis} shows it", wait(lambda: driver.find_element(By.XPATH, "//button[text()='Whole curve']").is_displayed()))
    driver.get(f"{server.url}/?view=curves&runs=dense")
    box = wait(lambda: driver.find_element(By.CSS_SELECTOR, ".chart canvas") and driver.find_element(By.CSS_SELECTOR, ".chart"))
    wait(lambda: "Runs drawn" in text(driver))
    ActionChains(driver).move_to_element(box).click_and_hold().move_by_offset(0, 100).release().perform()
    check("a part of the losses stays in the address", wait(lambda: "low=" in driver.current_url and "high=" in driver.current_url), driver.current_url)
    low, high = (float(re.search(rf"{name}=([\d.]+)", driver.current_url)[1]) for name in ("low", "high"))
    driver.get(driver.current_url)
    wait(lambda: "Runs drawn" in text(driver))
    marks = [float(one.text) for one in driver.find_elements(By.CSS_SELECTOR, ".chart:not(.low) .dygraph-axis-label-y") if one.text]
    check("and a link to it shows that part alone", len(marks) > 1 and all(low - 0.1 < mark < high + 0.1 for mark in marks), f"{low} to {high}: {marks}")
    driver.quit()


def token_asked_once(folder):
    server = Server(folder, "s3cret")
    driver = browser(1280, 800)
    dialog = lambda: driver.find_element(By.ID, "token").get_property("open")
    driver.get(server.url + "/?view=curves&runs=none")
    check("a server with a token has the page ask for it", wait(dialog))
    for value, what in (("wrong", "not the server's"), ("s3cret", "There is no run")):
        field = driver.find_element(By.ID, "token-value")
        field.clear()
        field.send_keys(value, Keys.ENTER)
        check(f"the token “{value}” is answered in words", wait(lambda: what in text(driver)), text(driver)[:300])
    driver.get(server.url + "/")
    check("and it is asked once in a session", wait(lambda: "No runs are stored yet" in text(driver)) and not dialog())
    server.stop()
    check("a stopped server is said", wait(lambda: "does not answer" in driver.find_element(By.ID, "health").text))
    driver.quit()


def many_runs(server):
    runs = [{"id": f"run-{number:05}", "study": "many", "parameter_count": 1e8 + number, "loss": 2 + number % 97 / 100} for number in range(10000)]
    for first in range(0, len(runs), 2000):
        server.ask("/v1/runs", json.dumps(runs[first:first + 2000]).encode())
    driver = browser(1280, 800)
    began = time.monotonic()
    driver.get(server.url + "/?study=many&sort=last_loss")
    check("10,000 runs are listed a page at a time", wait(lambda: "run-" in text(driver)))
    print(f"     it took {time.monotonic() - began:.1f} s")
    check("and sorted by the server", "run-00000" in text(driver), text(driver)[:300])
    driver.quit()


def speed(server):
    """What the page costs: printed, and no miss, since a busy machine is slow."""
    rows = [{"step": step, "loss": 2 + 30 / (step + 20), "learning_rate": 3e-3} for step in range(10_000)]
    body = json.dumps({"points": rows}).encode()
    names = [f"long-{number}" for number in range(20)]
    for name in names:
        server.ask(f"/v1/runs/{name}", json.dumps({"study": "long"}).encode(), "PUT")
        server.ask(f"/v1/runs/{name}/points", body)
    drawn, floor = [], []
    for _ in range(5):  # each a browser that has seen nothing
        driver = browser(1280, 800)
        driver.get(server.url + "/healthz")
        floor.append(wait(lambda: driver.execute_script("return performance.getEntriesByType('paint')[0].startTime")))
        driver.quit()
        driver = browser(1280, 800)
        driver.get(f"{server.url}/?view=curves&forecast=0&runs={','.join(names)}")
        wait(lambda: driver.find_element(By.CSS_SELECTOR, "[data-drawn]"), 30)
        drawn.append(float(driver.find_element(By.CSS_SELECTOR, "[data-drawn]").get_attribute("data-drawn")))
        if len(drawn) < 5:
            driver.quit()
    assets = driver.execute_script("return performance.getEntriesByType('resource').filter((one) => !one.name.includes('/v1/'))"
                                   ".concat(performance.getEntriesByType('navigation')).reduce((sum, one) => sum + one.transferSize, 0)")
    print(f"     the page weighs {assets / 1024:.0f} KiB (300 wanted); of 20 runs of 10,000 points the first is drawn {sorted(drawn)[2]:.0f} ms after the address is opened (100 wanted), {min(drawn):.0f} to {max(drawn):.0f}; this browser paints a line of text after {sorted(floor)[2]:.0f} ms, {min(floor):.0f} to {max(floor):.0f}")
    fit = server.ask("/v1/fits")["fits"][-1]["id"]
    driver.get(f"{server.url}/?view=whatif&fit={fit}&schedule=warmup:300@3e-3,hold:2700,linear:1000@3e-4")
    handle = wait(lambda: driver.find_element(By.CSS_SELECTOR, "[data-handle=start]"))
    times = []
    for shift in (-30, 20, -20, 30, -10, 10, 15, -15):
        ActionChains(driver).drag_and_drop_by_offset(handle, shift, 0).perform()
        time.sleep(0.3)
        times.append(float(driver.find_element(By.CSS_SELECTOR, "[data-redraw]").get_attribute("data-redraw")))
        handle = driver.find_element(By.CSS_SELECTOR, "[data-handle=start]")
    print(f"     a what-if redraw takes {sorted(times)[len(times) // 2]:.0f} ms (50 wanted), at most {max(times):.0f}")
    driver.quit()
    print(f"     GET .../forecast of a fresh fit takes {fresh_forecast(server):.1f} ms (2 wanted)")
    print(f"     200 pages that poll a list of runs cost {polling(server):.2f} cores (0.1 wanted)")


def fresh_forecast(server):
    """Milliseconds of the median call once the fit is made, on one kept connection."""
    metadata = {"study": "sample", "schedule": "warmup:300@3e-3,cosine:3700@3e-4"}
    server.ask("/v1/runs/half", json.dumps(metadata).encode(), "PUT")
    lines = (root / "sample-runs/cosine_4000.csv").read_text().splitlines(keepends=True)
    server.ask("/v1/runs/half/points", "".join(lines[: len(lines) // 2]).encode(), kind="text/csv")
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    times = []
    for _ in range(101):
        began = time.perf_counter()
        connection.request("GET", "/v1/runs/half/forecast?every=100")
        connection.getresponse().read()
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times[1:])[50]


def polling(server, pages=200, period=1.5, seconds=9):
    """The server's processor time per second while pages ask for an unchanged list."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))

    def ask(headers):
        connection.request("GET", "/v1/runs?limit=50", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer

    def used():
        fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    known = {"If-None-Match": ask({}).getheader("ETag")}
    before, began = used(), time.perf_counter()
    for number in range(int(pages * seconds / period)):
        ask(known)
        time.sleep(max(0, began + number * period / pages - time.perf_counter()))
    return (used() - before) / (time.perf_counter() - began)


def pictures(server):
    driver = browser(1280, 760)
    fit = server.ask("/v1/fits")["fits"][0]["id"]
    driver.get(f"{server.url}/?view=whatif&fit={fit}&run=wsd_sqrt_3000")
    wait(lambda: "predicted loss at step" in text(driver))
    time.sleep(0.8)
    driver.save_screenshot(str(root / "sample-runs/page.png"))
    driver.quit()


with tempfile.TemporaryDirectory() as folder:
    server = Server(pathlib.Path(folder))
    try:
        newcomer(server, pathlib.Path(folder))
        names_are_text(server)
        live(server)
        for width, height, dark in ((1280, 800, False), (1280, 800, True), (390, 844, False), (390, 844, True)):
            every_view(server, width, height, dark)
        keyboard(server)
        zoomed(server)
        token_asked_once(pathlib.Path(folder))
        if "--speed" in sys.argv:
            speed(server)
        if "--pictures" in sys.argv:
            pictures(server)
        many_runs(server)
    finally:
        server.stop()
print(f"{len(misses)} misses")
sys.exit(1 if misses else 0)
