package dev.piecewise.model;

import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.PieceSelector;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Per-Pcs' selection (A.8) in plain Java: hung into the reference's forward pass, each site scores, chooses and installs pieces as it is reached. With a forecast nothing is
 * installed, and the gains count too.
 */
final class ReferenceSelection implements ReferenceModel.Updates {
    private static final double EPS = 1e-5;

    private final Pool pool;
    private final List<Example> examples;
    private final PieceSelector.Options options;
    private final double[] gains;
    private final SortedMap<Site, List<Choice>> chosen = new TreeMap<>();

    private ReferenceSelection(ReferenceModel model, Pool pool, List<Example> examples, PieceSelector.Options options) {
        this.gains = pool.forecast()
                .map(forecast -> ReferenceForecast.gains(model, examples, forecast))
                .orElseGet(() -> new double[0]);
        this.pool = pool;
        this.examples = examples;
        this.options = options;
    }

    static SortedMap<Site, List<Choice>> select(
            ReferenceModel model, Pool pool, List<Example> examples, PieceSelector.Options options) {
        ReferenceSelection selection = new ReferenceSelection(model, pool, examples, options);
        List<Sequence> sequences =
                examples.stream().map(example -> Sequence.of(example.tokens())).toList();
        model.hidden(sequences, selection);
        return selection.chosen;
    }

    @Override
    public double @Nullable [][] of(String name, double[][] x) {
        Site site = Site.parse(name).orElseThrow();
        if (!pool.sites().containsKey(site)) {
            return null;
        }
        double[] scores = scores(site, x);
        if (pool.forecast().isPresent()) {
            GainForecast forecast = pool.forecast().get();
            for (int i = 0; i < scores.length; i++) {
                scores[i] = scores[i] * forecast.siteScale(site.layer()) + gains[i] * forecast.gainScale(site.layer());
            }
            chosen.put(site, choose(site, scores));
            return null;
        }
        List<Choice> choices = choose(site, scores);
        chosen.put(site, choices);
        return ReferenceLora.of(pool, Map.of(site, choices), options.merge()).of(name, x);
    }

    /** Of every sharer: the mean over examples of the mean over the positions that predict their answer. */
    private double[] scores(Site site, double[][] x) {
        double[] scores = new double[pool.sharers().size()];
        for (int sharer = 0; sharer < scores.length; sharer++) {
            double[] key = layerNorm(doubles(pool.stack(site).gate(sharer)));
            int row = 0;
            for (Example example : examples) {
                int last = example.tokens().length - 1;
                double sum = 0;
                for (int position = example.answerStart() - 1; position < last; position++) {
                    double[] normed = layerNorm(x[row + position]);
                    for (int i = 0; i < key.length; i++) {
                        sum += normed[i] * key[i] / Math.sqrt(key.length);
                    }
                }
                scores[sharer] += sum / (last - example.answerStart() + 1) / examples.size();
                row += example.tokens().length;
            }
            scores[sharer] = pool.keys() == Keys.ARROW ? Math.abs(scores[sharer]) : scores[sharer];
        }
        return scores;
    }

    private List<Choice> choose(Site site, double[] scores) {
        List<Integer> best = IntStream.range(0, scores.length)
                .boxed()
                .filter(sharer -> pool.has(sharer, site))
                .sorted(Comparator.comparingDouble((Integer sharer) -> -scores[sharer]))
                .limit(options.k())
                .toList();
        double[] shares = ReferenceModel.softmax(best.stream()
                .mapToDouble(sharer -> scores[sharer] / options.temperature())
                .toArray());
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            choices.add(new Choice(pool.sharers().get(best.get(i)).id(), shares[i]));
        }
        return choices;
    }

    private static double[] layerNorm(double[] x) {
        double mean = 0;
        double variance = 0;
        for (double value : x) {
            mean += value / x.length;
        }
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        double[] normed = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            normed[i] = (x[i] - mean) / Math.sqrt(variance + EPS);
        }
        return normed;
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
