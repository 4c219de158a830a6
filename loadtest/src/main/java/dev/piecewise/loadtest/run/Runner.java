package dev.piecewise.loadtest.run;

import dev.piecewise.loadtest.arrival.Arrivals;
import dev.piecewise.loadtest.client.Caller;
import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.measure.Bounds;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Recorder;
import dev.piecewise.loadtest.measure.Summary;
import dev.piecewise.loadtest.workload.Ask;
import dev.piecewise.loadtest.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/** Sends one run's requests, each on a virtual thread of its own, and sums up what became of them. */
public final class Runner {
    private static final long WATCH_MILLIS = 250;
    private static final double NANOS = 1e9;

    private final Caller caller;
    private final Workload workload;
    private final Limits limits;
    private final Clock clock;
    private final StopSignal stop;
    private final AtomicInteger open = new AtomicInteger();

    public Runner(Caller caller, Workload workload, Limits limits, Clock clock, StopSignal stop) {
        this.caller = caller;
        this.workload = workload;
        this.limits = limits;
        this.clock = clock;
        this.stop = stop;
    }

    /** What was measured until the limits, or until it was stopped. */
    public Summary run(Load load, long seed, Bounds bounds, Watcher watcher) {
        long start = clock.nanos();
        Session session = new Session(new Window(limits, start), bounds, start);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
        Future<?> _ = watch.scheduleWithFixedDelay(
                () -> tell(session, watcher), WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
        stop.enter();
        try {
            switch (load) {
                case Load.Open(Arrivals arrivals) -> arrive(arrivals.gaps(seed), start, session, threads);
                case Load.Closed(int concurrency) -> keepOpen(concurrency, session, threads);
            }
            threads.shutdown();
            boolean _ = threads.awaitTermination(limits.grace().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            // what was measured so far is kept
        } finally {
            stop.leave();
            threads.shutdownNow();
            threads.close();
            watch.shutdownNow();
        }
        return session.recorder().summary();
    }

    /** Where the requests of a run go, and their answers. The recorder exists from the end of the warm-up on. */
    private static final class Session {
        private final Window window;
        private final Bounds bounds;
        private final List<Recorder> recorder = new ArrayList<>(1);
        private final long start;

        Session(Window window, Bounds bounds, long start) {
            this.window = window;
            this.bounds = bounds;
            this.start = start;
        }

        synchronized Recorder recorder() {
            if (recorder.isEmpty()) {
                long begin = window.begin();
                if (begin == Long.MAX_VALUE) {
                    return new Recorder(bounds, start);
                }
                recorder.add(new Recorder(bounds, begin));
            }
            return recorder.getFirst();
        }
    }

    private void arrive(DoubleSupplier gaps, long start, Session session, ExecutorService threads)
            throws InterruptedException {
        double seconds = 0;
        while (!stop.isWanted()) {
            seconds += gaps.getAsDouble();
            long intended = start + (long) (seconds * NANOS);
            Window.Place place = session.window.place(intended);
            if (place.part() == Window.Part.NONE) {
                return;
            }
            clock.sleepUntil(intended);
            if (open.incrementAndGet() > limits.openRequests()) {
                open.decrementAndGet();
                Ask ask = workload.ask(place.index());
                Failure full = Failure.of(Failure.Kind.NOT_SENT, limits.openRequests() + " requests were open");
                take(session, place, Answer.notSent(ask.user(), intended, full));
            } else {
                threads.execute(() -> {
                    take(session, place, call(place.index(), intended));
                    open.decrementAndGet();
                });
            }
        }
    }

    private void keepOpen(int concurrency, Session session, ExecutorService threads) {
        for (int i = 0; i < concurrency; i++) {
            threads.execute(() -> askOn(session));
        }
    }

    /** One after another. A server that refuses is asked more and more slowly. */
    private void askOn(Session session) {
        Patience patience = new Patience(clock);
        while (!Thread.currentThread().isInterrupted() && !stop.isWanted()) {
            long now = clock.nanos();
            Window.Place place = session.window.place(now);
            if (place.part() == Window.Part.NONE) {
                return;
            }
            open.incrementAndGet();
            Answer answer = call(place.index(), now);
            open.decrementAndGet();
            take(session, place, answer);
            if (!patience.after(answer)) {
                return;
            }
        }
    }

    /** No answer is lost, whatever happens. */
    private Answer call(long index, long intended) {
        Ask ask = workload.ask(index);
        try {
            return caller.call(ask, intended);
        } catch (RuntimeException bug) {
            return Answer.notSent(ask.user(), intended, Failure.of(Failure.Kind.FAULT, bug.toString()));
        }
    }

    private static void take(Session session, Window.Place place, Answer answer) {
        if (place.part() == Window.Part.MEASURED) {
            session.recorder().add(answer);
        }
    }

    private void tell(Session session, Watcher watcher) {
        boolean warm = session.window.begin() == Long.MAX_VALUE;
        watcher.at(new Watcher.State(
                warm,
                session.window.passed(clock.nanos()),
                open.get(),
                session.recorder().state()));
    }
}
