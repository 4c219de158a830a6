package dev.piecewise.error;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** An answer to the caller that is not what was asked for. It has no stack trace: it is an answer, not a fault. */
public final class ServingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable String param;
    private final int retrySeconds;

    public ServingException(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** {@code param} is the request field or configuration key that the message is about. */
    public ServingException(ErrorCode code, String message, @Nullable String param) {
        this(code, message, param, 0);
    }

    private ServingException(ErrorCode code, String message, @Nullable String param, int retrySeconds) {
        super(message, null, false, false);
        this.code = code;
        this.param = param;
        this.retrySeconds = retrySeconds;
    }

    /** RATE_LIMITED, to be tried again after so many seconds. */
    public static ServingException rateLimited(String message, int retrySeconds) {
        return new ServingException(ErrorCode.RATE_LIMITED, message, null, Math.max(1, retrySeconds));
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

    /** After how many seconds the same may be asked again, where that is known. */
    public OptionalInt retrySeconds() {
        return retrySeconds == 0 ? OptionalInt.empty() : OptionalInt.of(retrySeconds);
    }

    /** The message; a serving exception always has one. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
