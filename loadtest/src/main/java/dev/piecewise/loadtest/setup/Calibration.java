package dev.piecewise.loadtest.setup;

import dev.piecewise.loadtest.client.Caller;
import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Tokens;
import dev.piecewise.loadtest.workload.Ask;
import dev.piecewise.loadtest.workload.Wording;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Two short requests to the base: whether the server answers at all, and how many tokens it makes of a word. */
public final class Calibration {
    private static final int FEW = 8;
    private static final int MANY = 72;
    private static final long SEED = 7;

    private Calibration() {}

    /** {@link Wording#GUESSED} where the server does not say how long prompts were. SetupException where it does not answer. */
    public static Wording of(Caller caller, Clock clock) {
        Optional<Tokens> few = ask(caller, clock, FEW);
        Optional<Tokens> many = ask(caller, clock, MANY);
        return few.isEmpty() || many.isEmpty()
                ? Wording.GUESSED
                : Wording.measured(FEW, few.get().prompt(), MANY, many.get().prompt());
    }

    private static Optional<Tokens> ask(Caller caller, Clock clock, int words) {
        String prompt = Wording.text(words, new SplittableRandom(SEED + words));
        Answer answer = caller.call(new Ask(0, OptionalInt.empty(), prompt, 1, SEED), clock.nanos());
        if (answer.failure().isPresent()) {
            Failure failure = answer.failure().get();
            throw new SetupException(
                    "the server does not answer a plain request: %s: %s".formatted(failure.label(), failure.detail()));
        }
        return answer.tokens();
    }
}
