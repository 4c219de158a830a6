package dev.piecewise.error;

/** Why a request was not served: the HTTP status, the {@code type} and {@code code} of the response body, and a metric label. */
public enum ErrorCode {
    INVALID_REQUEST(400, "invalid_request_error", "invalid_value"),
    CONTEXT_TOO_LONG(400, "invalid_request_error", "context_length_exceeded"),
    UNAUTHORIZED(401, "authentication_error", "invalid_api_key"),
    /** Beyond the contract's codes, as OpenAI answers a key without the permission. */
    FORBIDDEN(403, "permission_error", "insufficient_permissions"),
    UNKNOWN_MODEL(404, "invalid_request_error", "model_not_found"),
    UNKNOWN_USER(404, "invalid_request_error", "user_not_found"),
    NOT_FOUND(404, "invalid_request_error", "not_found"),
    METHOD_NOT_ALLOWED(405, "invalid_request_error", "method_not_allowed"),
    CONFLICT(409, "invalid_request_error", "conflict"),
    TOO_LARGE(413, "invalid_request_error", "request_too_large"),
    OVERLOADED(429, "overloaded_error", "engine_overloaded"),
    RATE_LIMITED(429, "rate_limit_error", "rate_limit_exceeded"),
    INTERNAL(500, "server_error", "internal_error"),
    UNAVAILABLE(503, "server_error", "unavailable");

    private final int status;
    private final String type;
    private final String code;

    ErrorCode(int status, String type, String code) {
        this.status = status;
        this.type = type;
        this.code = code;
    }

    public int status() {
        return status;
    }

    /** OpenAI's {@code error.type}. */
    public String type() {
        return type;
    }

    /** OpenAI's {@code error.code}. */
    public String code() {
        return code;
    }
}
