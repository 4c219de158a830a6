package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a base model makes of texts: its last hidden states, after the last norm. Any thread may call; calls wait for each other. */
public final class HiddenStates {
    private final BaseModel base;
    private final long[] noSites;

    public HiddenStates(BaseModel base) {
        this.base = base;
        noSites = base.noSites();
    }

    /** The mean over each text's positions: one row of hidden size for each text. */
    public synchronized float[][] means(List<Example> texts) {
        JniUtils.setGraphExecutorOptimize(false);
        ExampleRows rows = ExampleRows.of(texts);
        int hidden = base.config().hidden();
        float[] flat = run("mean_hidden", rows);
        float[][] means = new float[texts.size()][];
        for (int i = 0; i < means.length; i++) {
            means[i] = Arrays.copyOfRange(flat, i * hidden, (i + 1) * hidden);
        }
        return means;
    }

    /** What pieces are scored against (Per-Pcs A.8): for each site the mean over examples of the mean over their answers' positions of the normed input. */
    public synchronized SortedMap<Site, float[]> siteInputs(List<Example> examples) {
        JniUtils.setGraphExecutorOptimize(false);
        float[] flat = run("site_inputs", ExampleRows.of(examples));
        SortedMap<Site, float[]> inputs = new TreeMap<>();
        int at = 0;
        for (int layer = 0; layer < base.config().layers(); layer++) {
            for (ProjectionGroup group : ProjectionGroup.values()) {
                int in = base.config().in(group.members().getFirst());
                float[] input = Arrays.copyOfRange(flat, at, at + in);
                for (Projection projection : group.members()) {
                    inputs.put(new Site(layer, projection), input);
                }
                at += in;
            }
        }
        return inputs;
    }

    private float[] run(String method, ExampleRows rows) {
        try (PtNDManager scope = base.script().manager().newSubManager(Device.cpu())) {
            ScriptCall call = base.reading(method).ints(noSites);
            rows.append(call, scope);
            return call.floats();
        }
    }
}
