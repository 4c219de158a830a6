package dev.piecewise.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An engine on this machine: one thread runs the sequences of all callers in common steps of one model. */
public final class LocalEngine implements Engine {
    /** A step should have ended by then, so whoever waits for it need not wait longer. */
    private static final Duration LAST_STEP = Duration.ofSeconds(5);

    private final RequestCheck check;
    private final Inbox inbox;
    private final EngineLoop loop;
    private final Thread thread;

    /** Starts the thread {@code engine-<name>}, which from now on is the only one to use the runner and closes it at the end. */
    public LocalEngine(String name, ModelRunner runner, EngineLimits limits, EngineObserver observer) {
        check = new RequestCheck(runner.limits(), limits.slots());
        inbox = new Inbox(Math.addExact(limits.maxSequences(), limits.maxWaiting()));
        loop = new EngineLoop(runner, limits, observer, inbox);
        thread = Thread.ofPlatform().name("engine-" + name).daemon().start(loop);
    }

    @Override
    public Generation submit(GenerationRequest request) {
        check.check(request);
        Sequence sequence = new Sequence(request, this::cancel);
        inbox.submit(sequence);
        return sequence.generation();
    }

    @Override
    public int maxLength() {
        return check.maxLength();
    }

    @Override
    public Status status() {
        Status known = loop.status();
        return new Status(
                known.running(),
                Math.max(0, inbox.accepted() - known.running()),
                known.kvPlacesUsed(),
                known.kvPlacesCached(),
                known.kvPlacesTotal(),
                known.slotsActive(),
                known.slotsIdle(),
                known.slotsFree(),
                known.residentAdapters());
    }

    @Override
    public Optional<String> fault() {
        return loop.health().fault(System.nanoTime());
    }

    @Override
    public Forgotten forget(String user) {
        CompletableFuture<Forgotten> dropped = new CompletableFuture<>();
        return inbox.tryPost(new Message.Forget(user, dropped)) ? dropped.join() : Forgotten.NOTHING;
    }

    @Override
    public void withdraw(Withdrawal withdrawal) {
        CompletableFuture<Message> dropped = new CompletableFuture<>();
        if (inbox.tryPost(new Message.Withdraw(withdrawal, dropped))) {
            dropped.join();
        }
    }

    @Override
    public void drain(Duration limit) throws InterruptedException {
        inbox.drain();
        if (!inbox.awaitEmpty(limit) && inbox.tryPost(new Message.Abandon())) {
            inbox.awaitEmpty(LAST_STEP);
        }
    }

    /** Fails what has not ended and waits for the step that runs. */
    @Override
    public void close() {
        inbox.close();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws if a KV place, a bank column or a sequence is not accounted for. */
    void audit() {
        CompletableFuture<Message> sound = new CompletableFuture<>();
        if (inbox.tryPost(new Message.Audit(sound))) {
            sound.join();
        }
    }

    /** How often the engine's books had to be rebuilt. */
    int faults() {
        return loop.faults();
    }

    private void cancel(Sequence sequence) {
        inbox.tryPost(new Message.Cancel(sequence));
    }
}
