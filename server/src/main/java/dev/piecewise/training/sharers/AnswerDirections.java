package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.model.AnswerReader;
import dev.piecewise.model.LinearFits;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Finds in which directions a base model's states and errors at users' answers are largest. */
final class AnswerDirections {
    private static final int RANK = 32;
    private static final int ROWS = 8192;

    private final AnswerReader answers;
    private final LinearFits fits;

    AnswerDirections(AnswerReader answers, LinearFits fits) {
        this.answers = answers;
        this.fits = fits;
    }

    /** A forecast for so many sharers, without weights yet. */
    GainForecast of(List<UserItems> users, int sharers) {
        int hidden = answers.hidden();
        float[] states = new float[ROWS * hidden];
        float[] errors = new float[ROWS * hidden];
        int filled = 0;
        Iterator<Example> examples =
                users.stream().flatMap(user -> user.examples().stream()).iterator();
        while (filled < states.length && examples.hasNext()) {
            float[] rows = answers.rows(examples.next());
            int length = Math.min(rows.length / 2, states.length - filled);
            System.arraycopy(rows, 0, states, filled, length);
            System.arraycopy(rows, rows.length / 2, errors, filled, length);
            filled += length;
        }
        int rank = Math.min(RANK, hidden);
        return new GainForecast(
                hidden,
                rank,
                new float[] {1, 1},
                fits.principal(Arrays.copyOf(states, filled), hidden, rank),
                fits.principal(Arrays.copyOf(errors, filled), hidden, rank),
                new float[sharers * (rank + 1) * (rank + 1)]);
    }
}
