package dev.piecewise.grammar;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.engine.Batch;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.StepResult;
import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.engine.TokenMask;
import dev.piecewise.engine.TokenMask.Ends;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.TorchRunner;
import dev.piecewise.text.Tokenizer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Measures what constraints add to steps of 16 sequences: steps with and without masks in turn, on a model of random weights. Counts the processor time of this
 * thread, so it is to be run with OMP_NUM_THREADS=1. Run by hand: {@code MaskCost CONFIG_DIRECTORY TOKENIZER_DIRECTORY [steps]}.
 */
public final class MaskCost {
    private static final int SEQUENCES = 16;
    private static final int LENGTH = 256;
    private static final int[] NONE = {};
    private static final String SCHEMA = """
            {"type":"array","items":{"type":"object","required":["name","n","tags"],"properties":{"name":{"type":"string"},
            "n":{"type":"integer"},"tags":{"type":"array","items":{"type":"string"}}}}}""";

    private final TorchRunner runner;
    private final int[] ends;
    private final TokenConstraint start;
    private final TokenConstraint[] at = new TokenConstraint[SEQUENCES];
    private final int[][] tokens = new int[SEQUENCES][LENGTH];

    private MaskCost(TorchRunner runner, int[] ends, TokenConstraint start) {
        this.runner = runner;
        this.ends = ends;
        this.start = start;
        Arrays.fill(at, start);
    }

    public static void main(String[] arguments) {
        ModelConfig config = ModelConfigReader.read(Path.of(arguments[0]));
        Tokenizer tokenizer = Tokenizer.load(Path.of(arguments[1]));
        int steps = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 25;
        int[] ends = tokenizer.eos().stream().toArray();
        TokenConstraint start =
                new Grammars(tokenizer, Set.of(ends[0])).constraint(new Schema("schema", RandomSchemas.parse(SCHEMA)));
        ModelRunner.Limits limits = new ModelRunner.Limits(config.vocabulary(), SEQUENCES * LENGTH, LENGTH, 0);
        try (BaseModel base = BaseModel.random(config, DeviceChoice.of("cpu", "bfloat16", true), 1);
                TorchRunner runner = new TorchRunner(base, limits, Optional.empty())) {
            new MaskCost(runner, ends, start).compare(steps);
        }
    }

    private void compare(int steps) {
        List<Double> free = new ArrayList<>();
        List<Double> masked = new ArrayList<>();
        List<Double> added = new ArrayList<>();
        for (int step = -3; step < steps; step++) {
            int position = Math.floorMod(step, LENGTH - 1);
            boolean maskedFirst = step % 2 == 0;
            double first = step(position, maskedFirst);
            double second = step(position, !maskedFirst);
            if (step >= 0) {
                free.add(maskedFirst ? second : first);
                masked.add(maskedFirst ? first : second);
                added.add(masked.getLast() - free.getLast());
            }
        }
        double share = 100 * median(added) / median(free);
        print("16 sequences: a step without masks %.1f ms, with %.1f ms; median difference %.2f ms, %.2f %%"
                .formatted(median(free), median(masked), median(added), share));
    }

    /** One step and all that the constraints do for it, in milliseconds of this thread's processor time. */
    private double step(int position, boolean masked) {
        long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        List<Span> spans = new ArrayList<>(SEQUENCES);
        for (int i = 0; i < SEQUENCES; i++) {
            TokenMask mask =
                    masked ? new TokenMask(at[i].allowed(), ends, at[i].mayEnd() ? Ends.ALL : Ends.AS_TEXT) : null;
            Draw draw = new Draw(0, 0, 1, 0, 0, NONE, new float[0], NONE, 1, -1, mask);
            spans.add(new Span(
                    tokens[i], position, 1, i * LENGTH, position + 1, new Adaptation.Base("base"), -1, draw, 0, 0));
        }
        StepResult result = runner.run(new Batch(spans));
        for (int i = 0; i < SEQUENCES && masked; i++) {
            int token = result.rows().get(i).token();
            at[i] = token == ends[0] ? start : at[i].after(token);
            at[i] = at[i].mustEnd() ? start : at[i];
            tokens[i][position + 1] = token;
        }
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin) / 1e6;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0.0);
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
