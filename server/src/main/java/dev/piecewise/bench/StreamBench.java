package dev.piecewise.bench;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.bench.StreamReport.Gaps;
import dev.piecewise.bench.StreamReport.Turn;
import dev.piecewise.engine.EngineLimits;
import dev.piecewise.engine.EngineObserver;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.engine.Sampling;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.TorchRunner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** Measures what long prompts do to streams that run, and what a chat's second turn costs. */
public final class StreamBench implements AutoCloseable {
    private static final int SHORT_PROMPT = 16;
    private static final int ANSWER = 16;
    private static final int NEW = 32;
    private static final int CHATS = 5;
    /** Tokens of each stream before the first long prompt and after each. */
    private static final int STRETCH = 24;

    private static final int PROMPTS = 3;

    private final BaseModel base;
    private final int streams;
    private final int prompt;
    private final int budget;
    private final LocalEngine engine;
    private final SplittableRandom random = new SplittableRandom(7);

    /** {@code budget}: tokens of a step at most. */
    public StreamBench(BaseModel base, int streams, int prompt, int budget) {
        this.base = base;
        this.streams = streams;
        this.prompt = prompt;
        this.budget = Math.max(budget, streams + 1);
        int stream = SHORT_PROMPT + STRETCH * (PROMPTS + 1) + PROMPTS * prompt;
        int chat = prompt + ANSWER + NEW + ANSWER;
        int length = Math.max(stream, chat);
        ModelRunner.Limits limits =
                new ModelRunner.Limits(base.config().vocabulary(), streams * stream + 4 * chat, length, 1);
        engine = new LocalEngine(
                "streams",
                new TorchRunner(base, limits, Optional.empty()),
                new EngineLimits(streams + 1, this.budget, streams + 1, 0, true),
                EngineObserver.NONE);
    }

    public StreamReport run() throws InterruptedException {
        chat("warm-up");
        List<Turn[]> chats = new ArrayList<>();
        for (int i = 0; i < CHATS; i++) {
            chats.add(chat("chat " + i));
        }
        List<Gaps> gaps = besidePrompts();
        return new StreamReport(
                streams,
                prompt,
                budget,
                gaps.get(0),
                gaps.get(1),
                median(chats, 0),
                median(chats, 1),
                median(chats, 2));
    }

    /** First turn, second turn, and the second one's prompt where nothing can be reused. */
    private Turn[] chat(String name) throws InterruptedException {
        int[] asked = tokens(prompt);
        List<Integer> answer = new ArrayList<>();
        Turn first = turn(asked, name, answer);
        int[] again = Arrays.copyOf(asked, prompt + answer.size() + NEW);
        for (int i = 0; i < answer.size(); i++) {
            again[prompt + i] = answer.get(i);
        }
        System.arraycopy(tokens(NEW), 0, again, prompt + answer.size(), NEW);
        Turn second = turn(again, name, new ArrayList<>());
        return new Turn[] {first, second, turn(again, name + ", elsewhere", new ArrayList<>())};
    }

    private Turn turn(int[] asked, String sharing, List<Integer> answer) throws InterruptedException {
        long start = System.nanoTime();
        double first = 0;
        try (Generation generation = engine.submit(request(asked, ANSWER, sharing))) {
            TokenEvent event = generation.next();
            for (; event instanceof TokenEvent.Token token; event = generation.next()) {
                first = answer.isEmpty() ? (System.nanoTime() - start) * 1e-9 : first;
                answer.add(token.id());
            }
            throwIfFailed(event);
            return new Turn(asked.length, generation.cachedTokens(), first);
        }
    }

    /** Gaps before the long prompts came, and from the first of them on. */
    private List<Gaps> besidePrompts() throws InterruptedException {
        List<Generation> running = new ArrayList<>();
        int most = STRETCH * (PROMPTS + 1) + PROMPTS * prompt;
        for (int i = 0; i < streams; i++) {
            running.add(engine.submit(request(tokens(SHORT_PROMPT), most, "stream " + i)));
        }
        List<Reader> readers = running.stream().map(Reader::new).toList();
        Reader first = readers.getFirst();
        first.awaitMore(STRETCH);
        long begin = System.nanoTime();
        for (int i = 0; i < PROMPTS; i++) {
            Bench.finish(engine.submit(request(tokens(prompt), 1, "long " + i)));
            first.awaitMore(STRETCH);
        }
        running.forEach(Generation::close);
        List<Double> alone = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        for (Reader reader : readers) {
            reader.split(begin, alone, beside);
        }
        return List.of(Gaps.of(alone), Gaps.of(beside));
    }

    /** Notes when each token of a stream came. */
    private static final class Reader {
        private final Generation generation;
        private final List<Long> times = new ArrayList<>();
        private final Thread thread;
        private boolean over;

        Reader(Generation generation) {
            this.generation = generation;
            thread = Thread.ofVirtual().start(this::read);
        }

        private void read() {
            try {
                while (generation.next() instanceof TokenEvent.Token) {
                    note();
                }
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            } finally {
                end();
            }
        }

        private synchronized void note() {
            times.add(System.nanoTime());
            notifyAll();
        }

        private synchronized void end() {
            over = true;
            notifyAll();
        }

        synchronized void awaitMore(int more) throws InterruptedException {
            for (int wanted = times.size() + more; times.size() < wanted && !over; ) {
                wait();
            }
        }

        /** The first gap is left out: other streams' prompts fall into it. */
        void split(long begin, List<Double> before, List<Double> after) throws InterruptedException {
            thread.join();
            for (int i = 2; i < times.size(); i++) {
                (times.get(i) < begin ? before : after).add((times.get(i) - times.get(i - 1)) * 1e-9);
            }
        }
    }

    private static Turn median(List<Turn[]> chats, int which) {
        List<Double> seconds =
                chats.stream().map(chat -> chat[which].firstTokenSeconds()).toList();
        Turn any = chats.getFirst()[which];
        return new Turn(any.tokens(), any.cached(), StepClock.median(seconds));
    }

    private static void throwIfFailed(TokenEvent event) {
        if (event instanceof TokenEvent.Failed(var cause)) {
            throw cause;
        }
    }

    private int[] tokens(int length) {
        return random.ints(length, 0, base.config().vocabulary()).toArray();
    }

    private static GenerationRequest request(int[] prompt, int tokens, String sharing) {
        Adaptation nobody = new Adaptation.Base(sharing);
        return new GenerationRequest("", prompt, tokens, 0, Set.of(), Sampling.GREEDY, false, nobody);
    }

    @Override
    public void close() {
        engine.close();
    }
}
