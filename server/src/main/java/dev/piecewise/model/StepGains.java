package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** How much of each resident piece every span of a batch takes: (spans, layers * projections, sharers). Made anew only when the batch's users change. Confined to one thread. */
final class StepGains implements AutoCloseable {
    private static final String NO_PLAN = "";

    private final PtNDManager host;
    private final int layers;
    private final int sharers;
    private List<String> current = List.of();
    private PtNDArray gains;

    StepGains(BaseModel base, int sharers) {
        this.host = base.script().manager().newSubManager(Device.cpu());
        this.layers = base.config().layers();
        this.sharers = sharers;
        this.gains = none();
    }

    /** Empty when no span uses the resident pool. */
    PtNDArray of(List<Span> spans) {
        if (!sameAsBefore(spans)) {
            PtNDArray made = make(spans);
            gains.close();
            gains = made;
            current = spans.stream().map(StepGains::plan).toList();
        }
        return gains;
    }

    private boolean sameAsBefore(List<Span> spans) {
        if (spans.size() != current.size()) {
            return false;
        }
        for (int i = 0; i < current.size(); i++) {
            if (!plan(spans.get(i)).equals(current.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** What the gains depend on. A merged adapter may well have a resident plan's fingerprint, but takes no gains. */
    private static String plan(Span span) {
        return span.adaptation() instanceof Adaptation.Resident resident ? resident.fingerprint() : NO_PLAN;
    }

    private PtNDArray make(List<Span> spans) {
        int sites = layers * ProjectionGroup.PROJECTIONS;
        float[] values = new float[spans.size() * sites * sharers];
        boolean any = false;
        for (int i = 0; i < spans.size(); i++) {
            if (spans.get(i).adaptation() instanceof Adaptation.Resident resident) {
                any = true;
                put(resident, values, i * sites);
            }
        }
        return any ? create(values, new Shape(spans.size(), sites, sharers)) : none();
    }

    private void put(Adaptation.Resident resident, float[] values, int row) {
        ResidentPool.check(resident, sharers);
        for (Map.Entry<Site, float[]> site : resident.gains().entrySet()) {
            float[] gain = site.getValue();
            System.arraycopy(gain, 0, values, (row + ProjectionGroup.at(site.getKey())) * sharers, sharers);
        }
    }

    private PtNDArray none() {
        return create(new float[0], new Shape(0));
    }

    private PtNDArray create(float[] values, Shape shape) {
        return host.create(FloatBuffer.wrap(values), shape, DataType.FLOAT32);
    }

    @Override
    public void close() {
        host.close();
    }
}
