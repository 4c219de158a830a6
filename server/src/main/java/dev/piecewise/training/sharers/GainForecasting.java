package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolVariants;
import dev.piecewise.model.AnswerReader;
import dev.piecewise.model.LinearFits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Learns to foretell whose pieces are worth most to a user: all of a sharer's pieces are tried on items of many users, and what they gained there, beside the other sharers', is
 * fitted by a linear function of how the base alone takes these items. One pass over the items for each sharer, once; a plan is then made in a single pass, whatever the number of
 * sharers. Site scores choose for the lower half of the layers and forecasts for the upper half: pieces of the lower ones carry how somebody writes, which site inputs show, and one word
 * that is a tag or a rating, where sharers gain or lose most, would outweigh the manner of a whole note there; what is answered can be left to the upper ones.
 */
public final class GainForecasting {
    private static final int ITEMS_OF_EACH = 24;
    private static final double RIDGE = 0.1;

    /** What a deviation of site scores, over users and sharers, makes in a piece's score in the lower half; found on the demo's tuning people, as the next. */
    private static final double SITES = 1;
    /** What a deviation of forecasts makes in the upper half. */
    private static final double GAINS = 8;

    private final AnswerReader answers;
    private final LinearFits fits;
    private final SiteScores scores;
    private final ExampleEncoder encoder;

    public GainForecasting(AnswerReader answers, LinearFits fits, SiteScores scores, ExampleEncoder encoder) {
        this.answers = answers;
        this.fits = fits;
        this.scores = scores;
        this.encoder = encoder;
    }

    /** For all sharers of a pool with gates; {@code tried} is told how many have been tried. INVALID_REQUEST when no user has an item to read. */
    public GainForecast of(Pool pool, List<UserHistory> users, IntConsumer tried) {
        List<UserItems> read = UserItems.of(users, ITEMS_OF_EACH, encoder);
        GainForecast directions =
                new AnswerDirections(answers, fits).of(read, pool.sharers().size());
        AnswerFeatures features = AnswerFeatures.of(answers, read, directions);
        GainForecast fitted = directions.withWeights(weights(pool, read, features, tried));
        return fitted.scaled(scales(
                answers.layers(),
                SITES * inverse(scores.deviation(pool, read)),
                GAINS * inverse(deviation(fitted, pool, read, features))));
    }

    /** Site scores in the lower half, forecasts in the upper; in the middle one of an odd number both. */
    private static float[] scales(int layers, double sites, double gains) {
        float[] scales = new float[2 * layers];
        for (int layer = 0; layer < layers; layer++) {
            scales[2 * layer] = 2 * layer < layers ? (float) sites : 0;
            scales[2 * layer + 1] = 2 * layer + 1 >= layers ? (float) gains : 0;
        }
        return scales;
    }

    /** The weights, [features] each, of a pool's sharers from number {@code first} on, in the forecast that those before them have. All are tried, to be compared. */
    public List<float[]> newcomers(
            GainForecast known, Pool grown, int first, List<UserHistory> users, IntConsumer tried) {
        List<UserItems> read = UserItems.of(users, ITEMS_OF_EACH, encoder);
        GainForecast fitted = known.withWeights(weights(grown, read, AnswerFeatures.of(answers, read, known), tried));
        List<float[]> each = new ArrayList<>();
        for (int sharer = first; sharer < fitted.sharers(); sharer++) {
            each.add(fitted.of(sharer));
        }
        return each;
    }

    private float[] weights(Pool pool, List<UserItems> users, AnswerFeatures features, IntConsumer tried) {
        List<Example> items =
                users.stream().flatMap(user -> user.examples().stream()).toList();
        float[] alone = answers.logProbabilities(items);
        int sharers = pool.sharers().size();
        float[] gains = new float[items.size() * sharers];
        for (int sharer = 0; sharer < sharers; sharer++) {
            float[] with = answers.logProbabilities(items, PoolVariants.of(pool, sharer));
            for (int item = 0; item < with.length; item++) {
                gains[item * sharers + sharer] = with[item] - alone[item];
            }
            tried.accept(sharer + 1);
        }
        centre(gains, sharers);
        return fits.ridge(features.flat(), features.width(), gains, RIDGE);
    }

    private static double inverse(double deviation) {
        return deviation > 0 ? 1 / deviation : 0;
    }

    /** Of the forecasts of others than oneself around each user's mean. */
    private static double deviation(GainForecast forecast, Pool pool, List<UserItems> users, AnswerFeatures features) {
        double squares = 0;
        int count = 0;
        int first = 0;
        for (UserItems user : users) {
            int end = first + user.examples().size();
            double[] gains = new double[forecast.sharers()];
            for (int sharer = 0; sharer < gains.length; sharer++) {
                float[] weights = forecast.of(sharer);
                for (int item = first; item < end; item++) {
                    gains[sharer] += dot(weights, features.rows().get(item)) / (end - first);
                }
            }
            double mean = Arrays.stream(gains).average().orElse(0);
            for (int sharer = 0; sharer < gains.length; sharer++) {
                if (!pool.sharers().get(sharer).id().equals(user.user())) {
                    squares += (gains[sharer] - mean) * (gains[sharer] - mean);
                    count++;
                }
            }
            first = end;
        }
        return count == 0 ? 0 : Math.sqrt(squares / count);
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /** Each item's gains, [items, sharers], around their mean. */
    static void centre(float[] gains, int sharers) {
        for (int item = 0; item < gains.length; item += sharers) {
            double mean = 0;
            for (int i = item; i < item + sharers; i++) {
                mean += gains[i] / sharers;
            }
            for (int i = item; i < item + sharers; i++) {
                gains[i] -= (float) mean;
            }
        }
    }
}
