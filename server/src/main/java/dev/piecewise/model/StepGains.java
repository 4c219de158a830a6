package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.piecewise.adapter.Adaptation;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Batch;
import dev.piecewise.engine.Span;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How much of each resident piece every span of a batch takes: (spans, layers * projections, sharers). Made anew only when the batch's users change. Confined to one thread. */
final class StepGains implements AutoCloseable {
    private final PtNDManager host;
    private final int layers;
    private final int sharers;
    private final PtNDArray none;
    private boolean used;
    private List<Adaptation> current = List.of();
    private PtNDArray gains;

    StepGains(BaseModel base, int sharers) {
        this.host = base.script().manager().newSubManager(Device.cpu());
        this.layers = base.config().layers();
        this.sharers = sharers;
        this.none = create(new float[0], new Shape(0));
        this.gains = none;
    }

    /** Empty when no span uses the resident pool. */
    PtNDArray of(Batch batch) {
        if (!sameAsBefore(batch.spans())) {
            List<Adaptation> adaptations = new ArrayList<>(batch.spans().size());
            for (Span span : batch.spans()) {
                adaptations.add(span.adaptation());
            }
            release();
            gains = make(adaptations);
            current = adaptations;
        }
        return gains;
    }

    private boolean sameAsBefore(List<Span> spans) {
        if (spans.size() != current.size()) {
            return false;
        }
        for (int i = 0; i < current.size(); i++) {
            if (!spans.get(i).adaptation().fingerprint().equals(current.get(i).fingerprint())) {
                return false;
            }
        }
        return true;
    }

    private PtNDArray make(List<Adaptation> adaptations) {
        int sites = layers * ProjectionGroup.PROJECTIONS;
        float[] values = new float[adaptations.size() * sites * sharers];
        boolean any = false;
        for (int i = 0; i < adaptations.size(); i++) {
            if (adaptations.get(i) instanceof Adaptation.Resident resident) {
                any = true;
                for (Map.Entry<Site, float[]> site : resident.gains().entrySet()) {
                    int at = ProjectionGroup.at(site.getKey());
                    System.arraycopy(site.getValue(), 0, values, (i * sites + at) * sharers, sharers);
                }
            }
        }
        used = any;
        return any ? create(values, new Shape(adaptations.size(), sites, sharers)) : none;
    }

    private PtNDArray create(float[] values, Shape shape) {
        return host.create(FloatBuffer.wrap(values), shape, DataType.FLOAT32);
    }

    private void release() {
        if (used) {
            gains.close();
        }
    }

    @Override
    public void close() {
        host.close();
    }
}
