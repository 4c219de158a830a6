package dev.piecewise.gateway;

import dev.piecewise.engine.Engine;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** An engine without a model: its generations say what a test tells them to, at once or on command. */
final class ScriptedEngine implements Engine {
    static final int MAX_LENGTH = 512;

    private final BlockingQueue<Scripted> submitted = new LinkedBlockingQueue<>();
    private volatile Consumer<Scripted> script = generation -> {};
    volatile Optional<String> fault = Optional.empty();
    final Queue<String> forgotten = new ConcurrentLinkedQueue<>();

    /** What happens to each generation when it is submitted; a ServingException refuses it. */
    void script(Consumer<Scripted> newScript) {
        submitted.clear();
        script = newScript;
    }

    /** Every generation says this text, a token for each byte, and stops. */
    void say(String text) {
        script(generation -> generation.say(text).finish(FinishReason.STOP));
    }

    /** Waits for the next generation that is submitted. */
    Scripted next() throws InterruptedException {
        Scripted generation = submitted.poll(10, TimeUnit.SECONDS);
        if (generation == null) {
            throw new AssertionError("nothing was submitted");
        }
        return generation;
    }

    @Override
    public Generation submit(GenerationRequest request) {
        if (request.prompt().length + request.maxTokens() > MAX_LENGTH) {
            throw new ServingException(ErrorCode.CONTEXT_TOO_LONG, "too long", "max_tokens");
        }
        Scripted generation = new Scripted(request);
        script.accept(generation);
        submitted.add(generation);
        return generation;
    }

    @Override
    public int maxLength() {
        return MAX_LENGTH;
    }

    @Override
    public Status status() {
        return new Status(1, 2, 30, 20, 100, 1, 2, 5, List.of("abc"));
    }

    @Override
    public Optional<String> fault() {
        return fault;
    }

    @Override
    public Forgotten forget(String user) {
        forgotten.add(user);
        return new Forgotten(7, 1);
    }

    @Override
    public void drain(Duration limit) {}

    @Override
    public void close() {}

    /** A generation whose events are put there by a test. */
    static final class Scripted implements Generation {
        /** Where the byte tokens of {@link dev.piecewise.text.TinyTokenizers#byteFallback} begin. */
        private static final int FIRST_BYTE = 3;

        final GenerationRequest request;
        private final BlockingQueue<TokenEvent> events = new LinkedBlockingQueue<>();
        private final AtomicInteger taken = new AtomicInteger();
        private final CountDownLatch closed = new CountDownLatch(1);
        private final long submitted = System.nanoTime();
        private int tokens;
        private volatile boolean stopped;
        private volatile Runnable ready = () -> {};

        private Scripted(GenerationRequest request) {
            this.request = request;
        }

        Scripted event(TokenEvent event) {
            events.add(event);
            ready.run();
            return this;
        }

        Scripted say(String text) {
            return bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        Scripted bytes(byte... bytes) {
            for (byte b : bytes) {
                token(token(b));
            }
            return this;
        }

        Scripted token(int id) {
            tokens++;
            int alternatives = request.sampling().logprobs();
            return event(new TokenEvent.Token(id, alternatives < 0 ? null : scored(id, alternatives)));
        }

        Scripted finish(FinishReason reason) {
            return event(new TokenEvent.Finished(reason, new TokenEvent.Usage(request.prompt().length, 1, tokens)));
        }

        static int token(byte b) {
            return FIRST_BYTE + Byte.toUnsignedInt(b);
        }

        static TokenLogprobs scored(int token, int alternatives) {
            int[] top = new int[alternatives];
            float[] logprobs = new float[alternatives];
            for (int i = 0; i < alternatives; i++) {
                top[i] = token + i;
                logprobs[i] = -0.5f - i;
            }
            return new TokenLogprobs(token, -0.5f, 1, top, logprobs);
        }

        /** Events that were taken so far. */
        int taken() {
            return taken.get();
        }

        boolean awaitClosed() throws InterruptedException {
            return awaitClosed(Duration.ofSeconds(10));
        }

        boolean awaitClosed(Duration limit) throws InterruptedException {
            return closed.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        }

        boolean isStopped() {
            return stopped;
        }

        boolean isClosed() {
            return closed.getCount() == 0;
        }

        @Override
        public TokenEvent next() throws InterruptedException {
            TokenEvent event = events.take();
            taken.incrementAndGet();
            return event;
        }

        @Override
        public Optional<TokenEvent> poll() {
            Optional<TokenEvent> event = Optional.ofNullable(events.poll());
            event.ifPresent(there -> taken.incrementAndGet());
            return event;
        }

        @Override
        public void whenReady(Runnable newReady) {
            ready = newReady;
        }

        @Override
        public int cachedTokens() {
            return 1;
        }

        @Override
        public long admittedNanos() {
            return submitted;
        }

        @Override
        public void stop() {
            stopped = true;
            close();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
