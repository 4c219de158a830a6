package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** A request body as it arrives, up to a limit. Confined to the connection's event loop. */
final class BodyReader {
    private final HttpServerRequest request;
    private final int limit;
    private final Buffer body = Buffer.buffer();
    private final Promise<byte[]> whole = Promise.promise();

    private BodyReader(HttpServerRequest request, int limit) {
        this.request = request;
        this.limit = limit;
    }

    /** Fails with TOO_LARGE, or with a {@link ClientGoneException}. */
    static Future<byte[]> read(HttpServerRequest request, int limit) {
        BodyReader reader = new BodyReader(request, limit);
        request.handler(reader::add);
        request.endHandler(end -> reader.whole.tryComplete(reader.body.getBytes()));
        request.exceptionHandler(broken -> reader.whole.tryFail(new ClientGoneException()));
        reader.begin();
        return reader.whole.future();
    }

    private void begin() {
        if (announced() > limit) {
            refuse();
        } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }

    private long announced() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void add(Buffer bytes) {
        if (body.length() + bytes.length() > limit) {
            refuse();
        } else {
            body.appendBuffer(bytes);
        }
    }

    private void refuse() {
        request.handler(rest -> {});
        whole.tryFail(
                new ServingException(ErrorCode.TOO_LARGE, "the request body is larger than %d bytes".formatted(limit)));
    }
}
