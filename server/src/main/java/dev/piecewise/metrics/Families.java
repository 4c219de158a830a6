package dev.piecewise.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Makes metric families of one registry that all carry the same constant labels. */
record Families(PrometheusRegistry registry, Labels constant) {
    static final double[] FIRST_TOKEN_SECONDS = {
        .001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560
    };
    static final double[] TOKEN_SECONDS = {
        .01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
    };
    static final double[] REQUEST_SECONDS = {
        .3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
    };
    static final double[] WORK_SECONDS = {.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30
    };
    static final double[] WRITE_SECONDS = {
        .0001, .0002, .0003, .0005, .0007, .001, .0015, .002, .003, .005, .01, .02, .05, .1, 1
    };
    static final double[] STEP_TOKENS = {1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384};

    Counter counter(String name, String help, String... labels) {
        return described(Counter.builder(), name, help, labels).register(registry);
    }

    Histogram histogram(String name, String help, double[] bounds, String... labels) {
        return described(Histogram.builder(), name, help, labels)
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry);
    }

    void gauge(String name, String help, Consumer<GaugeWithCallback.Callback> read, String... labels) {
        described(GaugeWithCallback.builder(), name, help, labels)
                .callback(read)
                .register(registry);
    }

    void counted(String name, String help, Consumer<CounterWithCallback.Callback> read, String... labels) {
        described(CounterWithCallback.builder(), name, help, labels)
                .callback(read)
                .register(registry);
    }

    private <B extends MetricWithFixedMetadata.Builder<B, ?>> B described(
            B family, String name, String help, String... labels) {
        return family.name(name).help(help).constLabels(constant).labelNames(labels);
    }

    /** 1, 2, 5, 10, 20, 50, ... up to {@code most}. */
    static double[] oneTwoFive(int most) {
        List<Double> bounds = new ArrayList<>();
        for (double power = 1; power <= most; power *= 10) {
            for (double mantissa : new double[] {1, 2, 5}) {
                if (mantissa * power <= most) {
                    bounds.add(mantissa * power);
                }
            }
        }
        return bounds.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
