package dev.piecewise.model;

import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import java.util.ArrayList;
import java.util.List;

/** A forecast of gains in plain Java, from the reference's forward pass. */
final class ReferenceForecast {
    private ReferenceForecast() {}

    /** Of every sharer: the mean over examples. */
    static double[] gains(ReferenceModel model, List<Example> examples, GainForecast forecast) {
        double[] gains = new double[forecast.sharers()];
        for (Example example : examples) {
            double[] features = features(model, example, forecast);
            for (int sharer = 0; sharer < gains.length; sharer++) {
                for (int i = 0; i < features.length; i++) {
                    gains[sharer] += forecast.of(sharer)[i] * features[i] / examples.size();
                }
            }
        }
        return gains;
    }

    /** The mean over the answer's positions of the products of coordinates. */
    static double[] features(ReferenceModel model, Example example, GainForecast forecast) {
        double[][] states = states(model, example);
        double[][] errors = errors(model, example);
        int side = forecast.rank() + 1;
        double[] features = new double[side * side];
        for (int row = 0; row < states.length; row++) {
            double[] z = along(forecast.states(), states[row], side);
            double[] e = along(forecast.errors(), errors[row], side);
            for (int i = 0; i < features.length; i++) {
                features[i] += z[i / side] * e[i % side] / states.length;
            }
        }
        return features;
    }

    /** The last hidden states at the positions that predict the answer. */
    static double[][] states(ReferenceModel model, Example example) {
        double[][] all = model.lastHidden(Sequence.of(example.tokens()), Updates.NONE);
        List<double[]> states = new ArrayList<>();
        for (int position = example.answerStart() - 1; position < example.tokens().length - 1; position++) {
            states.add(all[position]);
        }
        return states.toArray(double[][]::new);
    }

    /** What the token that came is embedded as, less the mean embedding expected. */
    static double[][] errors(ReferenceModel model, Example example) {
        double[][] logits = model.logits(Sequence.of(example.tokens()), Updates.NONE);
        List<double[]> errors = new ArrayList<>();
        for (int position = example.answerStart() - 1; position < example.tokens().length - 1; position++) {
            double[] error = model.embedding(example.tokens()[position + 1]).clone();
            double[] expected = ReferenceModel.softmax(logits[position]);
            for (int token = 0; token < expected.length; token++) {
                for (int i = 0; i < error.length; i++) {
                    error[i] -= expected[token] * model.embedding(token)[i];
                }
            }
            errors.add(error);
        }
        return errors.toArray(double[][]::new);
    }

    private static double[] along(float[] directions, double[] x, int side) {
        double[] coordinates = new double[side];
        coordinates[side - 1] = 1;
        for (int i = 0; i < side - 1; i++) {
            for (int j = 0; j < x.length; j++) {
                coordinates[i] += directions[i * x.length + j] * x[j];
            }
        }
        return coordinates;
    }
}
