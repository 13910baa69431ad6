import HTTP
import JSONText

/// Puts the members that trackers' clients look for beside an error's problem details.
///
/// MLflow's clients take `error_code` and `message` at the top, and tell by the code whether an
/// experiment is missing or the server is broken; trackio's take `error`.
enum TrackerErrors {
    /// A response as the client of its path reads it.
    ///
    /// - Parameters:
    ///   - response: Any response.
    ///   - request: What it answers.
    /// - Returns: An error with further members where the path is a tracker's, else the same.
    static func dressed(_ response: Response, for request: Request) -> Response {
        guard response.status.code >= 400 else { return response }
        let isMLflow = MLflowEndpoints.isOwn(request.path)
        guard isMLflow || TrackioEndpoints.isOwn(request.path),
            case .object(let members) = try? JSONParser.parse(response.body)
        else { return response }
        let message = members.first { $0.name == "detail" }?.value ?? .string("no reason given")
        let further: [JSONValue.Member] =
            isMLflow
            ? [
                .init("error_code", .string(code(of: response.status, path: request.path))),
                .init("message", message),
            ]
            : [.init("error", message)]
        var dressed = response
        dressed.body = JSONWriter.bytes(of: .object(members + further))
        return dressed
    }

    /// MLflow's word for a status.
    ///
    /// Source: `databricks.proto`, enum ErrorCode.
    private static func code(of status: Status, path: String) -> String {
        switch status {
        case .unauthorized: "UNAUTHENTICATED"
        case .notFound:
            MLflowEndpoints.paths.contains(path) ? "RESOURCE_DOES_NOT_EXIST" : "ENDPOINT_NOT_FOUND"
        case .conflict: "RESOURCE_ALREADY_EXISTS"
        case .badRequest, .unprocessableContent: "INVALID_PARAMETER_VALUE"
        case .tooManyRequests: "REQUEST_LIMIT_EXCEEDED"
        case .serviceUnavailable: "TEMPORARILY_UNAVAILABLE"
        case _ where status.code >= 500: "INTERNAL_ERROR"
        default: "BAD_REQUEST"
        }
    }
}
