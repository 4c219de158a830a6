package dev.piecewise.gateway.completion;

import dev.piecewise.engine.Generation;
import dev.piecewise.engine.TokenEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The running generations of one request as one sequence of events. Closing it closes all that still run. Confined to the request's thread.
 *
 * <p>A single generation, the usual case, is read directly. Several are read by a virtual thread each, through a queue that is short enough to be back-pressure.
 */
final class Generations implements AutoCloseable {
    private static final int QUEUED = 64;

    private final List<Generation> generations = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final BlockingQueue<Step> queue = new ArrayBlockingQueue<>(QUEUED);

    /** An event of the generation with this number. */
    record Step(int number, TokenEvent event) {}

    /** Adds a generation; its number is how many there were before. */
    void add(Generation generation) {
        generations.add(generation);
    }

    /** Waits for the next event of any of them. Not to be called when all have ended. */
    Step next() throws InterruptedException {
        if (generations.size() == 1) {
            return new Step(0, generations.getFirst().next());
        }
        startReaders();
        return queue.take();
    }

    /** The next event if it is there already. */
    Optional<Step> poll() {
        if (generations.size() == 1) {
            return generations.getFirst().poll().map(event -> new Step(0, event));
        }
        return Optional.ofNullable(queue.poll());
    }

    /** Prompt tokens of a generation that came from a cached prefix. */
    int cachedTokens(int number) {
        return generations.get(number).cachedTokens();
    }

    /** Stops one of them, whose text is complete. Events that were on their way may still come. */
    void stop(int number) {
        generations.get(number).stop();
        if (!readers.isEmpty()) {
            readers.get(number).interrupt();
        }
    }

    @Override
    public void close() {
        generations.forEach(Generation::close);
        readers.forEach(Thread::interrupt);
    }

    private void startReaders() {
        for (int i = readers.size(); i < generations.size(); i++) {
            int number = i;
            readers.add(Thread.ofVirtual().name("generation").start(() -> read(number)));
        }
    }

    private void read(int number) {
        try {
            boolean last;
            do {
                TokenEvent event = generations.get(number).next();
                queue.put(new Step(number, event));
                last = switch (event) {
                    case TokenEvent.Token token -> false;
                    case TokenEvent.PromptScored scored -> false;
                    case TokenEvent.Finished finished -> true;
                    case TokenEvent.Failed failed -> true;
                };
            } while (!last);
        } catch (InterruptedException e) {
            // Closed: nobody waits for the rest.
        }
    }
}
