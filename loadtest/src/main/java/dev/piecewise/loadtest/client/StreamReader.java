package dev.piecewise.loadtest.client;

import dev.piecewise.loadtest.dialect.Api;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Timeline;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** The body of a streamed answer: looks at the clock once for every piece that the network brings. */
final class StreamReader implements BodySubscriber<Boolean> {
    private final Clock clock;
    private final Timeline timeline;
    private final SseParser parser;
    private final CompletableFuture<Boolean> whole = new CompletableFuture<>();
    private @Nullable Subscription subscription;
    private long now;

    StreamReader(Clock clock, Timeline timeline, Api api) {
        this.clock = clock;
        this.timeline = timeline;
        EventReader events = new EventReader(api, timeline);
        parser = new SseParser(data -> events.read(data, now));
    }

    @Override
    public CompletionStage<Boolean> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        now = clock.nanos();
        try {
            buffers.forEach(parser::feed);
        } catch (SseParser.TooLongException e) {
            timeline.fail(now, Failure.of(Failure.Kind.MALFORMED, String.valueOf(e.getMessage())));
            Subscription from = subscription;
            if (from != null) {
                from.cancel();
            }
            whole.complete(false);
        }
    }

    @Override
    public void onError(Throwable problem) {
        if (timeline.isOver()) {
            whole.complete(true);
        } else {
            timeline.fail(clock.nanos(), HttpFailures.of(problem, timeline.chunks()));
            whole.complete(false);
        }
    }

    @Override
    public void onComplete() {
        if (!timeline.isOver()) {
            String where = parser.isInside() ? " inside an event" : "";
            timeline.fail(
                    clock.nanos(),
                    Failure.of(
                            Failure.Kind.TRUNCATED,
                            "the stream ended%s after %d chunks, and did not say that it was whole"
                                    .formatted(where, timeline.chunks())));
        }
        whole.complete(true);
    }
}
