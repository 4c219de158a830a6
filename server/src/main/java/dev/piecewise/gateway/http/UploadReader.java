package dev.piecewise.gateway.http;

import dev.piecewise.checkpoint.ScratchFile;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A large request body as it arrives, up to a limit: each piece is written to a file before the next is read, so that it takes no memory. Confined to the connection's event loop. */
final class UploadReader {
    /** As long as so much comes in the time that a whole request may take, there is more time. */
    private static final int PROGRESS_BYTES = 1 << 20;

    private final HttpServerRequest request;
    private final long limit;
    private final Body.Budget budget;
    private final Context context;
    private final Runnable progress;
    private final Promise<Body> whole = Promise.promise();
    private @Nullable ScratchFile file;
    private long received;
    private boolean writing;

    private UploadReader(
            HttpServerRequest request, long limit, Body.Budget budget, Context context, Runnable progress) {
        this.request = request;
        this.limit = limit;
        this.budget = budget;
        this.context = context;
        this.progress = progress;
    }

    /** As {@link BodyReader#read}; {@code progress} is run from time to time while more comes. */
    static Future<Body> read(
            HttpServerRequest request, long limit, Body.Budget budget, Context context, Runnable progress) {
        UploadReader reader = new UploadReader(request, limit, budget, context, progress);
        request.handler(reader::add);
        request.endHandler(end -> reader.end());
        request.exceptionHandler(broken -> reader.fail(new ClientGoneException()));
        if (BodyReader.announced(request) > limit) {
            reader.fail(BodyReader.tooLarge(limit));
        } else {
            BodyReader.proceed(request);
        }
        return reader.whole.future();
    }

    private void add(Buffer bytes) {
        if (received + bytes.length() > limit) {
            fail(BodyReader.tooLarge(limit));
        } else if (!budget.tryTake(bytes.length())) {
            fail(new ServingException(ErrorCode.OVERLOADED, "the server takes too many uploads already"));
        } else {
            boolean more = received / PROGRESS_BYTES < (received + bytes.length()) / PROGRESS_BYTES;
            received += bytes.length();
            write(ByteBuffer.wrap(bytes.getBytes()), more);
        }
    }

    private void write(ByteBuffer bytes, boolean more) {
        request.pause();
        writing = true;
        ScratchFile to = file;
        context.executeBlocking(() -> written(to, bytes)).onComplete(written -> {
            writing = false;
            if (written.succeeded()) {
                file = written.result();
            } else {
                fail(new ServingException(ErrorCode.UNAVAILABLE, "the server's temporary directory cannot be written"));
            }
            if (whole.future().isComplete()) {
                discard();
            } else if (more) {
                progress.run();
            }
            request.resume();
        });
    }

    private static ScratchFile written(@Nullable ScratchFile to, ByteBuffer bytes) throws IOException {
        ScratchFile file = to == null ? ScratchFile.open() : to;
        try {
            file.write(bytes);
            return file;
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
    }

    private void end() {
        ScratchFile complete = file;
        if (complete == null) {
            whole.tryComplete(Body.of(new byte[0], budget));
        } else {
            whole.tryComplete(Body.of(complete, received, budget));
        }
    }

    /** What still comes is read and dropped. */
    private void fail(Exception cause) {
        if (whole.tryFail(cause)) {
            request.handler(rest -> {});
            budget.give(received);
            if (!writing) {
                discard();
            }
        }
    }

    private void discard() {
        if (file != null) {
            Body.close(file);
            file = null;
        }
    }
}
