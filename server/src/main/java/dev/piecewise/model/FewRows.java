package dev.piecewise.model;

import ai.djl.pytorch.engine.PtNDArray;
import dev.piecewise.kernel.RowProducts;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a model's packed weights are multiplied by {@link RowProducts} where rows are few: only if that gives what oneDNN gives, bit by bit, as a sequence must not notice how many others
 * are in its batch.
 */
final class FewRows {
    private static final Logger LOG = LoggerFactory.getLogger(FewRows.class);

    private FewRows() {}

    /** Rows that products with these packed weights, one of each shape, have at most; 0 if they are oneDNN's. */
    static int most(TorchScript script, List<Weights.Linear> weights) {
        if (!TorchOperators.present()) {
            return 0;
        }
        for (Weights.Linear weight : weights) {
            if (!RowProducts.fit(
                    weight.inputs(), weight.outputs(), weight.scales().isPresent())) {
                continue;
            }
            float different = different(script, weight);
            if (different > 0) {
                LOG.warn(
                        "products of few rows differ from oneDNN's in {} numbers; oneDNN's are used", (long) different);
                return 0;
            }
        }
        return RowProducts.MOST_ROWS;
    }

    private static float different(TorchScript script, Weights.Linear weight) {
        try (PtNDArray none = (PtNDArray) script.manager().create(new float[0])) {
            return script.call("few_rows_differ")
                    .tensor(weight.values())
                    .tensor(weight.scales().orElse(none))
                    .number(weight.inputs())
                    .number(weight.outputs())
                    .number(RowProducts.MOST_ROWS)
                    .floats()[0];
        }
    }
}
