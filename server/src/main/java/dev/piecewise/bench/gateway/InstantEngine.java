package dev.piecewise.bench.gateway;

import dev.piecewise.engine.Engine;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.TokenEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** An engine that needs no time: its tokens are there at once, or one for every generation in each {@link #step}. */
final class InstantEngine implements Engine, Steps {
    private static final int MAX_LENGTH = 1 << 20;
    private static final long[] NONE = {};

    private final ConcurrentHashMap<Long, Words> paced = new ConcurrentHashMap<>();
    private volatile boolean pacing;

    /** From now on generations wait for steps. */
    void pace() {
        pacing = true;
    }

    @Override
    public void step(int part, int parts) {
        long now = System.nanoTime();
        paced.forEach((seed, words) -> {
            if (seed / parts % parts == part) {
                words.tick(now);
            }
        });
    }

    @Override
    public long[] dueTimes(long connection) {
        Words words = paced.get(connection);
        return words == null ? NONE : words.due;
    }

    @Override
    public Generation submit(GenerationRequest request) {
        Words words = new Words(request, pacing);
        if (pacing) {
            paced.put(request.sampling().seed(), words);
        }
        return words;
    }

    @Override
    public int maxLength() {
        return MAX_LENGTH;
    }

    @Override
    public Status status() {
        return new Status(0, 0, 0, 0, 1, 0, 0, 0, List.of());
    }

    @Override
    public void drain(Duration limit) {}

    @Override
    public void close() {}

    /** One word after the other. */
    private static final class Words implements Generation {
        private final int prompt;
        private final int most;
        private final boolean paced;
        private final Semaphore ticks = new Semaphore(0);
        private final long[] due;
        private volatile int ticked;
        private volatile Runnable ready = () -> {};
        private int said;

        Words(GenerationRequest request, boolean paced) {
            prompt = request.prompt().length;
            most = request.maxTokens();
            this.paced = paced;
            due = new long[paced ? most : 0];
        }

        void tick(long now) {
            int next = ticked;
            if (next < most) {
                due[next] = now;
                ticked = next + 1;
                ticks.release();
                ready.run();
            }
        }

        @Override
        public TokenEvent next() throws InterruptedException {
            if (paced && said < most) {
                ticks.acquire();
            }
            return event();
        }

        @Override
        public Optional<TokenEvent> poll() {
            return paced && said < most && !ticks.tryAcquire() ? Optional.empty() : Optional.of(event());
        }

        @Override
        public void whenReady(Runnable newReady) {
            ready = newReady;
        }

        private TokenEvent event() {
            if (said == most) {
                return new TokenEvent.Finished(FinishReason.LENGTH, new TokenEvent.Usage(prompt, 0, most));
            }
            said++;
            return new TokenEvent.Token(PlainModel.FIRST_WORD + said % PlainModel.WORDS, null);
        }

        @Override
        public void close() {}
    }
}
