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
    private final Body.Budget budget;
    private final Promise<Body> whole = Promise.promise();
    private Buffer received = Buffer.buffer();

    private BodyReader(HttpServerRequest request, int limit, Body.Budget budget) {
        this.request = request;
        this.limit = limit;
        this.budget = budget;
    }

    /** Fails with TOO_LARGE, with OVERLOADED when the budget is spent, or with a {@link ClientGoneException}. */
    static Future<Body> read(HttpServerRequest request, int limit, Body.Budget budget) {
        BodyReader reader = new BodyReader(request, limit, budget);
        request.handler(reader::add);
        request.endHandler(end -> reader.whole.tryComplete(Body.of(reader.received.getBytes(), budget)));
        request.exceptionHandler(broken -> reader.fail(new ClientGoneException()));
        reader.begin();
        return reader.whole.future();
    }

    private void begin() {
        if (announced(request) > limit) {
            fail(tooLarge(limit));
        } else {
            proceed(request);
        }
    }

    /** Tells a client that waits for it to send the body. */
    static void proceed(HttpServerRequest request) {
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }

    /** The length that the client tells; 0 where it tells none. */
    static long announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void add(Buffer bytes) {
        if (received.length() + bytes.length() > limit) {
            fail(tooLarge(limit));
        } else if (budget.tryTake(bytes.length())) {
            received.appendBuffer(bytes);
        } else {
            fail(new ServingException(ErrorCode.OVERLOADED, "the server holds too many requests already"));
        }
    }

    /** What still comes is read and dropped. */
    private void fail(Exception cause) {
        if (whole.tryFail(cause)) {
            request.handler(rest -> {});
            budget.give(received.length());
            received = Buffer.buffer();
        }
    }

    static ServingException tooLarge(long limit) {
        return new ServingException(ErrorCode.TOO_LARGE, "the request body is larger than %d bytes".formatted(limit));
    }
}
