package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What is trained on a base: tensors on the device with the sums of their gradients and AdamW's two moments. Gradients of several batches add up until an update. The
 * thread that uses it must be a platform thread, the same for all calls.
 */
public final class Learnables implements AutoCloseable {
    static final int LORA = 0;
    static final int GATES = 1;
    static final int WEIGHTS = 2;
    private static final List<Projection> PROJECTIONS = List.of(Projection.values());

    private static final int PRODUCT_RUNS = 3;

    private final TrainableBase base;
    private final PtNDManager manager;
    private final PtNDManager host;
    private final int kind;
    private final int users;
    private final List<PtNDArray> trained;
    private final List<PtNDArray> adapters;
    private final List<PtNDArray> sums = new ArrayList<>();
    private final List<PtNDArray> first = new ArrayList<>();
    private final List<PtNDArray> second = new ArrayList<>();
    private final PtNDArray sizes;
    private final PtNDArray reals;

    private Learnables(TrainableBase base, PtNDManager manager, Kind kind, List<PtNDArray> adapters, double scale) {
        this.base = base;
        this.manager = manager;
        this.host = manager.newSubManager(Device.cpu());
        this.kind = kind.code;
        this.users = kind.users;
        this.adapters = adapters;
        this.trained = kind.code == WEIGHTS ? base.weights() : adapters;
        for (int i = 0; i < trained.size(); i++) {
            boolean learns = learns(i);
            for (List<PtNDArray> list : List.of(sums, first, second)) {
                list.add(learns ? zeros(trained.get(i).getShape()) : zeros(new Shape(0)));
            }
        }
        sizes = TrainingInputs.sizes(base, host, this.kind);
        reals = TrainingInputs.reals(base, host, scale);
    }

    private record Kind(int code, int users) {}

    /** LoRA factors for so many users side by side: A begins as given for each site (rank x in), B as zeros. */
    public static Learnables lora(TrainableBase base, int users, Map<Site, float[]> starts, double scale) {
        PtNDManager manager = base.newManager();
        List<PtNDArray> tensors = absent(manager, base.config());
        starts.forEach((site, a) -> {
            int in = base.config().in(site.projection());
            int rank = a.length / in;
            tensors.set(a(site), stacked(manager, Collections.nCopies(users, a), rank, in));
            tensors.set(b(site), (PtNDArray)
                    manager.zeros(new Shape(users, base.config().out(site.projection()), rank), DataType.FLOAT32));
        });
        return new Learnables(base, manager, new Kind(LORA, users), tensors, scale);
    }

    /** Gates, at first 0, for the sites of each user's adapter; all adapters have the same sites and ranks. */
    public static Learnables gates(TrainableBase base, List<LoraAdapter> adapters) {
        PtNDManager manager = base.newManager();
        List<PtNDArray> tensors = absent(manager, base.config());
        for (Site site : adapters.getFirst().sites().keySet()) {
            List<Factors> factors =
                    adapters.stream().map(adapter -> adapter.factors(site)).toList();
            int rank = factors.getFirst().rank();
            int in = factors.getFirst().in();
            int out = factors.getFirst().out();
            tensors.set(
                    a(site), stacked(manager, factors.stream().map(Factors::a).toList(), rank, in));
            tensors.set(
                    b(site), stacked(manager, factors.stream().map(Factors::b).toList(), out, rank));
            tensors.set(gate(site), (PtNDArray) manager.zeros(new Shape(adapters.size(), in), DataType.FLOAT32));
        }
        return new Learnables(base, manager, new Kind(GATES, adapters.size()), tensors, 1);
    }

    /** All of the base's weights, which must be kept in float32. */
    public static Learnables weights(TrainableBase base) {
        if (base.stored() != Precision.FLOAT32) {
            throw new IllegalArgumentException("weights are trained in float32");
        }
        PtNDManager manager = base.newManager();
        return new Learnables(base, manager, new Kind(WEIGHTS, 1), absent(manager, base.config()), 1);
    }

    /** The tensor with A of a site, users x rank x in. */
    public static int a(Site site) {
        return site.layer() * 21 + PROJECTIONS.indexOf(site.projection()) * 3;
    }

    /** The tensor with B of a site, users x out x rank. */
    public static int b(Site site) {
        return a(site) + 1;
    }

    /** The tensor with the gates of a site, users x in. */
    public static int gate(Site site) {
        return a(site) + 2;
    }

    private static List<PtNDArray> absent(PtNDManager manager, ModelConfig config) {
        PtNDArray absent = (PtNDArray) manager.zeros(new Shape(0), DataType.FLOAT32);
        return new ArrayList<>(Collections.nCopies(21 * config.layers(), absent));
    }

    private static PtNDArray stacked(PtNDManager manager, List<float[]> parts, int rows, int columns) {
        FloatBuffer all = FloatBuffer.allocate(parts.size() * rows * columns);
        parts.forEach(all::put);
        return manager.create(all.flip(), new Shape(parts.size(), rows, columns), DataType.FLOAT32);
    }

    /** Users whose tensors stand side by side. */
    public int users() {
        return users;
    }

    /** How many tensors there are in all; {@link #isLearned} tells which of them are trained. */
    public int count() {
        return trained.size();
    }

    public boolean isLearned(int tensor) {
        return sums.get(tensor).size() > 0;
    }

    /** A tensor of the float32 values, row-major. */
    public float[] values(int tensor) {
        return trained.get(tensor).toFloatArray();
    }

    /** AdamW's first (0) or second (1) moment of a tensor. */
    public float[] moment(int which, int tensor) {
        return (which == 0 ? first : second).get(tensor).toFloatArray();
    }

    /** The gradients that have added up since the last update. */
    public float[] gradient(int tensor) {
        return sums.get(tensor).toFloatArray();
    }

    /** Puts a tensor and its moments into a state of before. */
    public void restore(int tensor, float[] values, float[] firstMoment, float[] secondMoment) {
        set(trained.get(tensor), values);
        set(first.get(tensor), firstMoment);
        set(second.get(tensor), secondMoment);
    }

    /** Changes a tensor's values. */
    public void set(int tensor, float[] values) {
        set(trained.get(tensor), values);
    }

    /** Computes a batch and adds its gradients; the summed loss of each user's targets. With {@code recompute} inner values are computed twice instead of kept. */
    public float[] accumulate(TrainingBatch batch, boolean recompute) {
        try (PtNDManager scope = host.newSubManager(Device.cpu())) {
            NDList arguments = new NDList(
                    TrainingInputs.rows(scope, batch, recompute),
                    TrainingInputs.floats(scope, batch.shares()),
                    sizes,
                    reals);
            add(arguments, "w[]", base.weights());
            add(arguments, "a[]", adapters);
            add(arguments, "g[]", sums);
            return call(scope, "train", arguments);
        }
    }

    /** Seconds that a batch's products with the base's matrices take, forwards and for gradients, and nothing else: what bounds a step's speed. Best of a few. */
    public double productSeconds(TrainingBatch batch) {
        long[] counts = {
            base.config().layers(),
            batch.tokens().length,
            batch.targets().length,
            base.computed().code(),
            kind == WEIGHTS ? 1 : 0
        };
        double least = Double.MAX_VALUE;
        for (int i = 0; i < PRODUCT_RUNS; i++) {
            try (PtNDManager scope = host.newSubManager(Device.cpu())) {
                NDList arguments = new NDList(scope.create(counts));
                add(arguments, "w[]", base.weights());
                long start = System.nanoTime();
                call(scope, "products", arguments);
                least = Math.min(least, (System.nanoTime() - start) / 1e9);
            }
        }
        return least;
    }

    /** Updates everything by the gradients that have added up; the norm of each user's gradient before clipping. */
    public float[] update(AdamStep step) {
        try (PtNDManager scope = host.newSubManager(Device.cpu())) {
            double[] numbers = {
                step.beta1(),
                step.beta2(),
                step.epsilon(),
                step.weightDecay(),
                step.clip(),
                step.number(),
                kind == WEIGHTS ? 0 : 1
            };
            NDList arguments = new NDList(scope.create(numbers), TrainingInputs.floats(scope, step.rates()));
            add(arguments, "a[]", trained);
            add(arguments, "g[]", sums);
            add(arguments, "m[]", first);
            add(arguments, "v[]", second);
            return call(scope, "adamw", arguments);
        }
    }

    private float[] call(PtNDManager scope, String method, NDList arguments) {
        NDArray name = scope.create(0f);
        name.setName("module_method:" + method);
        arguments.add(name);
        try (NDList result = base.script().learn(arguments)) {
            return result.singletonOrThrow().toFloatArray();
        }
    }

    private static void add(NDList arguments, String name, List<PtNDArray> tensors) {
        for (PtNDArray tensor : tensors) {
            tensor.setName(name);
            arguments.add(tensor);
        }
    }

    private boolean learns(int tensor) {
        return switch (kind) {
            case LORA -> tensor % 3 < 2 && trained.get(tensor).size() > 0;
            case GATES -> tensor % 3 == 2 && trained.get(tensor).size() > 0;
            default ->
                tensor != 3
                        && !(tensor == 2 && base.config().tiedHead())
                        && trained.get(tensor).size() > 0;
        };
    }

    private PtNDArray zeros(Shape shape) {
        return (PtNDArray) manager.zeros(shape, DataType.FLOAT32);
    }

    private void set(PtNDArray tensor, float[] values) {
        try (PtNDManager scope = host.newSubManager(Device.cpu())) {
            tensor.setName("target");
            NDArray method = scope.create(0f);
            method.setName("module_method:put");
            base.script()
                    .learn(new NDList(tensor, TrainingInputs.floats(scope, values), method))
                    .close();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
