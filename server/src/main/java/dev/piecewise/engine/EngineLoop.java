package dev.piecewise.engine;

import dev.piecewise.engine.Engine.Status;
import dev.piecewise.engine.TokenEvent.Failed;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the engine's thread does: receive, schedule, run, complete. It owns everything about sequences, places and slots, and the runner. */
final class EngineLoop implements Runnable {
    private static final Logger LOG = System.getLogger(EngineLoop.class.getName());

    private final ModelRunner runner;
    private final EngineLimits limits;
    private final EngineObserver observer;
    private final Inbox inbox;
    /** Every sequence that was received and has not ended, whatever the scheduler's books say. */
    private final Set<Sequence> live = new LinkedHashSet<>();

    private Scheduler scheduler;
    private boolean open = true;
    private @Nullable Throwable fault;
    private volatile Status status;
    private final AtomicInteger faults = new AtomicInteger();
    private final RunHealth health = new RunHealth();
    private final Withdrawn withdrawn = new Withdrawn();
    private final ForgottenUsers forgotten = new ForgottenUsers();
    private final Masks masks;
    /** There is nothing to do before a mask is there. */
    private boolean held;

    EngineLoop(ModelRunner runner, EngineLimits limits, EngineObserver observer, Inbox inbox) {
        this.runner = runner;
        this.limits = limits;
        this.observer = observer;
        this.inbox = inbox;
        masks = new Masks(() -> inbox.tryPost(new Message.Wake()));
        scheduler = newScheduler();
        status = snapshot();
    }

    /** The state after the latest step; any thread may ask. */
    Status status() {
        return status;
    }

    /** How often the books had to be rebuilt; any thread may ask. */
    int faults() {
        return faults.get();
    }

    RunHealth health() {
        return health;
    }

    /** A failure outside of a step is a fault of the engine's own books: all sequences fail, loudly, and the books are begun again. */
    @Override
    public void run() {
        while (open) {
            try {
                if (fault != null) {
                    recover(fault);
                }
                turn();
            } catch (Throwable failure) {
                fault = failure;
            }
        }
        scheduler = newScheduler();
        failAll(shuttingDown());
        status = snapshot();
        runner.close();
    }

    private void turn() throws InterruptedException {
        receive();
        failWithoutMask();
        masks.begin();
        Step step = open ? scheduler.next() : null;
        held = step == null && masks.missing();
        if (step != null) {
            perform(step);
        }
        withdrawn.erase(live, runner);
        status = snapshot();
    }

    private void receive() throws InterruptedException {
        Message message = inbox.poll();
        if (message == null && scheduler.books().idle()) {
            scheduler.books().audit();
            runner.rest();
            message = inbox.take();
        } else if (message == null && held) {
            message = inbox.take();
        }
        while (message != null) {
            handle(message);
            message = inbox.poll();
        }
    }

    private void failWithoutMask() {
        for (Masks.Failed lost = masks.failed(); lost != null; lost = masks.failed()) {
            if (live.contains(lost.sequence())) {
                LOG.log(Level.ERROR, "a constraint failed", lost.cause());
                scheduler.fail(lost.sequence(), lost.cause());
            }
        }
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Submit(Sequence sequence) -> submit(sequence);
            case Message.Cancel(Sequence sequence) -> scheduler.cancel(sequence);
            case Message.Forget(String user, var dropped) ->
                answer(dropped, () -> {
                    forgotten.add(user);
                    live.stream().filter(forgotten::keepsNothingOf).forEach(Sequence::forget);
                    return scheduler.books().forget(user);
                });
            case Message.Withdraw withdraw ->
                answer(withdraw.dropped(), () -> {
                    withdrawn.add(withdraw.withdrawal());
                    live.stream().filter(withdrawn::keepsNothingOf).forEach(Sequence::forget);
                    scheduler.books().forgetAdapted(withdraw.withdrawal().pool());
                    withdrawn.erase(live, runner);
                    return withdraw;
                });
            case Message.Audit audit ->
                answer(audit.sound(), () -> {
                    status = snapshot();
                    scheduler.books().audit();
                    return audit;
                });
            case Message.Wake wake -> {}
            case Message.Abandon abandon -> abandon(shuttingDown());
            case Message.Close close -> open = false;
        }
    }

    private void submit(Sequence sequence) {
        live.add(sequence);
        if (withdrawn.refuses(sequence)) {
            ServingException refused = new ServingException(
                    ErrorCode.UNAVAILABLE, "a sharer whose pieces were to answer has just withdrawn; try again");
            scheduler.last(sequence, new Failed(refused), "error");
            return;
        }
        if (withdrawn.keepsNothingOf(sequence) || forgotten.keepsNothingOf(sequence)) {
            sequence.forget();
        }
        scheduler.add(sequence);
    }

    private void perform(Step step) {
        long start = System.nanoTime();
        int decodeTokens = step.decodeTokens();
        Throwable failure = tryRun(step);
        if (failure != null) {
            LOG.log(Level.ERROR, "a step of " + step.size() + " sequences failed", failure);
            retry(step, failure);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (failure == null) {
            scheduler.took(step, seconds);
        }
        int prefillTokens = step.batch().tokens() - decodeTokens;
        observer.stepped(prefillTokens, decodeTokens, step.size(), seconds);
    }

    /** Runs the sequences of a failed step one by one, so that only those fail that fail alone. What the failed step wrote is written again. */
    private void retry(Step step, Throwable failure) {
        if (step.size() == 1) {
            scheduler.fail(step.sequences().getFirst(), failure);
            return;
        }
        for (int i = 0; i < step.size(); i++) {
            Step one = step.only(i);
            Throwable alone = tryRun(one);
            if (alone != null) {
                LOG.log(Level.ERROR, "a sequence failed alone", alone);
                scheduler.fail(one.sequences().getFirst(), alone);
            }
        }
    }

    /** Null if the step succeeded, else why the model did not run it; the engine's own faults are thrown. */
    private @Nullable Throwable tryRun(Step step) {
        StepResult result;
        try {
            result = runner.run(step.batch());
        } catch (RuntimeException | Error failure) {
            health.failed(System.nanoTime());
            return failure;
        }
        health.worked();
        if (result.rows().size() != step.size()) {
            return new IllegalStateException("a step of %d spans gave %d results"
                    .formatted(step.size(), result.rows().size()));
        }
        scheduler.complete(step, result);
        return null;
    }

    private static <T> void answer(CompletableFuture<T> question, Supplier<T> answer) {
        try {
            question.complete(answer.get());
        } catch (RuntimeException | Error wrong) {
            question.completeExceptionally(wrong);
            throw wrong;
        }
    }

    private void abandon(ServingException cause) {
        for (Sequence sequence : List.copyOf(live)) {
            scheduler.fail(sequence, cause);
        }
    }

    private void recover(Throwable cause) {
        LOG.log(Level.ERROR, "the engine's books are wrong; " + live.size() + " sequences fail", cause);
        faults.incrementAndGet();
        scheduler = newScheduler();
        failAll(new ServingException(ErrorCode.INTERNAL, "the engine failed and had to start again"));
        fault = null;
    }

    /** Whatever the books say, and whatever the observer does. */
    private void failAll(ServingException answer) {
        for (Sequence sequence : List.copyOf(live)) {
            try {
                scheduler.last(sequence, new Failed(answer), "error");
            } catch (RuntimeException failure) {
                LOG.log(Level.ERROR, "the observer failed", failure);
                ended(sequence, new Failed(answer));
            }
        }
    }

    private void ended(Sequence sequence, TokenEvent last) {
        live.remove(sequence);
        inbox.ended(() -> sequence.generation().put(last));
    }

    private Scheduler newScheduler() {
        return new Scheduler(runner, limits, observer, masks, this::ended);
    }

    private Status snapshot() {
        KvBooks places = scheduler.books().places();
        Slots slots = scheduler.books().slots();
        int running = scheduler.books().running().size();
        return new Status(
                running,
                live.size() - running,
                places.usedPlaces(),
                places.cachedPlaces(),
                runner.limits().kvPlaces(),
                slots.active(),
                slots.idle(),
                slots.free(),
                slots.resident());
    }

    private static ServingException shuttingDown() {
        return new ServingException(ErrorCode.UNAVAILABLE, "the server is shutting down");
    }
}
