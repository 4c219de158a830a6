package dev.piecewise.training.sharers;

import dev.piecewise.adapter.PieceStack;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.model.HiddenStates;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** How far the site scores of a pool's gates lie apart. */
public final class SiteScores {
    private static final double EPSILON = 1e-5;

    private final HiddenStates states;

    public SiteScores(HiddenStates states) {
        this.states = states;
    }

    /** Their standard deviation over users and other sharers than the user, around each site's mean; the mean over sites. */
    double deviation(Pool pool, List<UserItems> users) {
        List<SortedMap<Site, float[]>> inputs =
                users.stream().map(user -> states.siteInputs(user.examples())).toList();
        double sum = 0;
        for (Map.Entry<Site, PieceStack> entry : pool.sites().entrySet()) {
            sum += deviation(entry.getKey(), entry.getValue(), pool, users, inputs);
        }
        return sum / pool.sites().size();
    }

    private static double deviation(
            Site site, PieceStack stack, Pool pool, List<UserItems> users, List<SortedMap<Site, float[]>> inputs) {
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int sharer = 0; sharer < stack.sharers(); sharer++) {
            if (!pool.has(sharer, site)) {
                continue;
            }
            double[] key = normed(stack.gate(sharer));
            for (int user = 0; user < users.size(); user++) {
                if (!users.get(user).user().equals(pool.sharers().get(sharer).id())) {
                    double score = score(key, inputs.get(user).getOrDefault(site, new float[key.length]));
                    sum += score;
                    squares += score * score;
                    count++;
                }
            }
        }
        return count == 0 ? 0 : Math.sqrt(Math.max(0, squares / count - sum / count * (sum / count)));
    }

    private static double score(double[] key, float[] input) {
        double sum = 0;
        for (int i = 0; i < key.length; i++) {
            sum += key[i] * input[i];
        }
        return sum / Math.sqrt(key.length);
    }

    private static double[] normed(float[] gate) {
        double mean = 0;
        for (float value : gate) {
            mean += value / gate.length;
        }
        double variance = 0;
        for (float value : gate) {
            variance += (value - mean) * (value - mean) / gate.length;
        }
        double[] normed = new double[gate.length];
        for (int i = 0; i < gate.length; i++) {
            normed[i] = (gate[i] - mean) / Math.sqrt(variance + EPSILON);
        }
        return normed;
    }
}
