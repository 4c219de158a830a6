package dev.piecewise.gateway.completion;

import dev.piecewise.engine.Generation;
import dev.piecewise.engine.TokenEvent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The running generations of one request as one sequence of events, each of them in its turn. Closing it closes all that still run. Confined to one thread at a time. */
final class Generations implements AutoCloseable {
    private final List<Generation> generations = new ArrayList<>();
    /** Those that have something to give still. */
    private final BitSet open = new BitSet();
    /** Whose turn it is. */
    private int turn;

    private boolean waited;

    /** An event of the generation with this number. */
    record Step(int number, TokenEvent event) {}

    /** Adds a generation; its number is how many there were before. */
    void add(Generation generation) {
        open.set(generations.size());
        generations.add(generation);
    }

    /** Calls {@code ready} from now on when {@link #poll} may have something to give; on the engine's thread. Not together with {@link #next}. */
    void whenReady(Runnable ready) {
        generations.forEach(generation -> generation.whenReady(ready));
    }

    /** Waits for the next event of any of them. Not to be called when all have ended. Always by the same thread. */
    Step next() throws InterruptedException {
        if (generations.size() == 1) {
            return new Step(0, generations.getFirst().next());
        }
        if (!waited) {
            waited = true;
            Thread waiting = Thread.currentThread();
            whenReady(() -> LockSupport.unpark(waiting));
        }
        while (true) {
            Optional<Step> step = poll();
            if (step.isPresent()) {
                return step.get();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.park(this);
        }
    }

    /** The next event if it is there already. */
    Optional<Step> poll() {
        for (int i = 0; i < generations.size(); i++) {
            int number = turn;
            turn = (turn + 1) % generations.size();
            Optional<TokenEvent> event =
                    open.get(number) ? generations.get(number).poll() : Optional.empty();
            if (event.isPresent()) {
                open.set(number, !event.get().isLast());
                return Optional.of(new Step(number, event.get()));
            }
        }
        return Optional.empty();
    }

    /** Prompt tokens of a generation that came from a cached prefix. */
    int cachedTokens(int number) {
        return generations.get(number).cachedTokens();
    }

    /** When the first of them began to run; 0 when none did. */
    long admittedNanos() {
        return generations.stream()
                .mapToLong(Generation::admittedNanos)
                .filter(time -> time != 0)
                .min()
                .orElse(0);
    }

    /** Stops one of them, whose text is complete: it gives nothing from now on. */
    void stop(int number) {
        open.clear(number);
        generations.get(number).stop();
    }

    @Override
    public void close() {
        generations.forEach(Generation::close);
    }
}
