package dev.piecewise.model;

import ai.djl.ndarray.types.Shape;
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
    static int most(TorchScript script, List<PtNDArray> weights) {
        if (!TorchOperators.present()) {
            return 0;
        }
        for (PtNDArray weight : weights) {
            Shape size = weight.getShape();
            if (!RowProducts.fit(size.get(1), size.get(0))) {
                continue;
            }
            float different = script.call("few_rows_differ")
                    .tensor(weight)
                    .number(RowProducts.MOST_ROWS)
                    .floats()[0];
            if (different > 0) {
                LOG.warn(
                        "products of few rows differ from oneDNN's in {} numbers; oneDNN's are used", (long) different);
                return 0;
            }
        }
        return RowProducts.MOST_ROWS;
    }
}
