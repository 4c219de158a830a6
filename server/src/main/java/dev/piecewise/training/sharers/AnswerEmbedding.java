package dev.piecewise.training.sharers;

import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.model.AnswerReader;
import dev.piecewise.model.LinearFits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Places users near each other who answer alike, whatever they write about: by the products of the base model's states and errors at their answers that forecasts go by, along the
 * directions in which users differ most beside how much one user's own items differ. What their texts are about takes most of the room in hidden states; clusters of these leave whole kinds of people
 * without a sharer, such as those who only rate in another way.
 */
public final class AnswerEmbedding implements UserEmbedding {
    private static final int ITEMS_OF_EACH = 50;
    private static final int DIRECTIONS = 8;

    private final Map<String, float[]> places;

    private AnswerEmbedding(Map<String, float[]> places) {
        this.places = places;
    }

    /** Of these users, who are told apart from each other; one without an item has no place. INVALID_REQUEST when nobody has an item. */
    public static AnswerEmbedding of(
            List<UserHistory> users, ExampleEncoder encoder, AnswerReader answers, LinearFits fits) {
        List<UserItems> read = UserItems.of(users, ITEMS_OF_EACH, encoder);
        GainForecast directions = new AnswerDirections(answers, fits).of(read, 1);
        AnswerFeatures features = AnswerFeatures.of(answers, read, directions);
        long[] counts = read.stream().mapToLong(user -> user.examples().size()).toArray();
        int rank = Math.min(DIRECTIONS, read.size());
        float[] points = fits.betweenUsers(features.flat(), features.width(), counts, rank);
        Map<String, float[]> places = new HashMap<>();
        for (int i = 0; i < read.size(); i++) {
            places.put(read.get(i).user(), Arrays.copyOfRange(points, i * rank, (i + 1) * rank));
        }
        return new AnswerEmbedding(places);
    }

    @Override
    public Optional<float[]> of(UserHistory user) {
        return Optional.ofNullable(places.get(user.user()));
    }
}
