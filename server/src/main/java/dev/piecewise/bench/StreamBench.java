package dev.piecewise.bench;

import dev.piecewise.bench.StreamReport.Beside;
import dev.piecewise.bench.StreamReport.Turn;
import dev.piecewise.engine.EngineLimits;
import dev.piecewise.engine.EngineObserver;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.TorchRunner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Measures what long prompts do to streams that run, with and without a bound on it, and what a chat's second turn costs. */
public final class StreamBench {
    private static final int ANSWER = 16;
    private static final int NEW = 32;
    private static final int CHATS = 5;

    private final BaseModel base;
    private final int streams;
    private final int prompt;
    private final EngineLimits limits;
    private final StreamRequests requests;

    /** {@code budget}: tokens of a step at most; {@code stretch}: how much longer prompts may make a step, 0 for no bound. */
    public StreamBench(BaseModel base, int streams, int prompt, int budget, double stretch) {
        this.base = base;
        this.streams = streams;
        this.prompt = prompt;
        this.limits = new EngineLimits(streams + 1, Math.max(budget, streams + 1), streams + 1, 0, true)
                .withItlStretch(stretch);
        this.requests = new StreamRequests(base.config().vocabulary());
    }

    public StreamReport run() throws InterruptedException {
        List<Turn[]> chats = new ArrayList<>();
        BesidePrompts.Measured measured;
        Optional<Beside> unbounded = Optional.empty();
        GcPauses.Summary paused;
        try (GcPauses pauses = new GcPauses()) {
            try (LocalEngine engine = engine(limits)) {
                chat(engine, "warm-up");
                for (int i = 0; i < CHATS; i++) {
                    chats.add(chat(engine, "chat " + i));
                }
                measured = new BesidePrompts(engine, requests).run(streams, prompt, limits.itlStretch());
            }
            if (limits.itlStretch() > 0) {
                try (LocalEngine engine = engine(limits.withItlStretch(0))) {
                    unbounded = Optional.of(new BesidePrompts(engine, requests)
                            .run(streams, prompt, 0)
                            .beside());
                }
            }
            paused = pauses.end();
        }
        return new StreamReport(
                streams,
                prompt,
                limits.maxBatchedTokens(),
                measured.alone(),
                measured.beside(),
                unbounded,
                median(chats, 0),
                median(chats, 1),
                median(chats, 2),
                measured.allocatedBytesPerToken(),
                paused);
    }

    private LocalEngine engine(EngineLimits limits) {
        int stream = StreamRequests.PROMPT + BesidePrompts.longest(prompt);
        int chat = prompt + ANSWER + NEW + ANSWER;
        ModelRunner.Limits places = new ModelRunner.Limits(
                base.config().vocabulary(), streams * stream + 4 * chat, Math.max(stream, chat), 1);
        return new LocalEngine("streams", new TorchRunner(base, places, Optional.empty()), limits, EngineObserver.NONE);
    }

    /** First turn, second turn, and the second one's prompt where nothing can be reused. */
    private Turn[] chat(LocalEngine engine, String name) throws InterruptedException {
        int[] asked = requests.tokens(prompt);
        List<Integer> answer = new ArrayList<>();
        Turn first = turn(engine, asked, name, answer);
        int[] again = Arrays.copyOf(asked, prompt + answer.size() + NEW);
        for (int i = 0; i < answer.size(); i++) {
            again[prompt + i] = answer.get(i);
        }
        System.arraycopy(requests.tokens(NEW), 0, again, prompt + answer.size(), NEW);
        Turn second = turn(engine, again, name, new ArrayList<>());
        return new Turn[] {first, second, turn(engine, again, name + ", elsewhere", new ArrayList<>())};
    }

    private Turn turn(LocalEngine engine, int[] asked, String sharing, List<Integer> answer)
            throws InterruptedException {
        long start = System.nanoTime();
        double first = 0;
        try (Generation generation = engine.submit(requests.of(asked, ANSWER, sharing))) {
            TokenEvent event = generation.next();
            for (; event instanceof TokenEvent.Token token; event = generation.next()) {
                first = answer.isEmpty() ? (System.nanoTime() - start) * 1e-9 : first;
                answer.add(token.id());
            }
            throwIfFailed(event);
            return new Turn(asked.length, generation.cachedTokens(), first);
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
}
