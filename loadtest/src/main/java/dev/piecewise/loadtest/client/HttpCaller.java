package dev.piecewise.loadtest.client;

import dev.piecewise.loadtest.dialect.Bodies;
import dev.piecewise.loadtest.dialect.Http;
import dev.piecewise.loadtest.dialect.Target;
import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Timeline;
import dev.piecewise.loadtest.workload.Ask;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks over HTTP/1.1, a connection for each request that is open, and reads server-sent events. */
public final class HttpCaller implements Caller {
    private final Target target;
    private final Bodies bodies;
    private final Clock clock;
    private final HttpClient http;

    public HttpCaller(Target target, Bodies bodies, Clock clock) {
        this.target = target;
        this.bodies = bodies;
        this.clock = clock;
        http = Http.client();
    }

    @Override
    public Answer call(Ask ask, long intended) {
        HttpRequest request = Http.request(target, target.api().path())
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(bodies.body(ask).toString()))
                .build();
        Timeline timeline = new Timeline(ask.user(), intended, clock.nanos());
        CompletableFuture<HttpResponse<Boolean>> answer = http.sendAsync(request, info -> body(info, timeline));
        try {
            answer.get(target.timeout().toMillis(), TimeUnit.MILLISECONDS);
            return timeline.answer();
        } catch (TimeoutException e) {
            return giveUp(answer, timeline, Failure.of(Failure.Kind.TIMEOUT, "not answered in time"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return giveUp(answer, timeline, Failure.of(Failure.Kind.UNFINISHED, "still running at the end"));
        } catch (ExecutionException e) {
            return timeline.fail(clock.nanos(), HttpFailures.of(e, timeline.chunks()));
        }
    }

    /** Says why before the connection is closed, which would else look like the server's doing. */
    private Answer giveUp(CompletableFuture<?> request, Timeline timeline, Failure why) {
        Answer answer = timeline.fail(clock.nanos(), why);
        request.cancel(true);
        return answer;
    }

    /** What a body is read with: as a stream where it is one, else as what went wrong. The latter is told when it is read. */
    private BodySubscriber<Boolean> body(HttpResponse.ResponseInfo info, Timeline timeline) {
        String type = info.headers().firstValue("Content-Type").orElse("no type");
        if (info.statusCode() == 200 && type.startsWith("text/event-stream")) {
            return new StreamReader(clock, timeline, target.api());
        }
        return BodySubscribers.mapping(BodySubscribers.ofString(StandardCharsets.UTF_8), text -> {
            timeline.fail(
                    clock.nanos(),
                    info.statusCode() == 200
                            ? Failure.of(
                                    Failure.Kind.MALFORMED, "the answer is %s, no stream of events".formatted(type))
                            : HttpFailures.of(info.statusCode(), text));
            return false;
        });
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
