package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import org.jspecify.annotations.Nullable;

/** An error as OpenAI writes it. */
public record ErrorBody(Detail error) {
    public record Detail(
            String message, String type, @Nullable String param, String code) {}

    public static ErrorBody of(ServingException refused) {
        ErrorCode code = refused.code();
        return new ErrorBody(
                new Detail(refused.text(), code.type(), refused.param().orElse(null), code.code()));
    }
}
