package dev.piecewise.error;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An answer to the caller that is not what was asked for. It has no stack trace: it is an answer, not a fault. */
public final class ServingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable String param;

    public ServingException(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** {@code param} is the request field or configuration key that the message is about. */
    public ServingException(ErrorCode code, String message, @Nullable String param) {
        super(message, null, false, false);
        this.code = code;
        this.param = param;
    }

    /** A field of a request that cannot be taken as it is. */
    public static ServingException invalid(String param, String message) {
        return new ServingException(ErrorCode.INVALID_REQUEST, message, param);
    }

    public ErrorCode code() {
        return code;
    }

    public Optional<String> param() {
        return Optional.ofNullable(param);
    }

    /** The message; a serving exception always has one. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
