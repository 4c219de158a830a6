package dev.piecewise.training.sharers;

import dev.piecewise.adapter.GainForecast;
import dev.piecewise.model.AnswerReader;
import java.util.ArrayList;
import java.util.List;

/**
 * What a forecast multiplies its weights by, of every item of some users.
 *
 * @param rows of {@code width} values, the users' one behind the other
 */
record AnswerFeatures(List<float[]> rows, int width) {
    static AnswerFeatures of(AnswerReader answers, List<UserItems> users, GainForecast forecast) {
        List<float[]> rows = new ArrayList<>();
        for (UserItems user : users) {
            rows.addAll(List.of(answers.features(user.examples(), forecast)));
        }
        return new AnswerFeatures(rows, forecast.features());
    }

    /** [items, width]. */
    float[] flat() {
        float[] flat = new float[rows.size() * width];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, flat, i * width, width);
        }
        return flat;
    }
}
