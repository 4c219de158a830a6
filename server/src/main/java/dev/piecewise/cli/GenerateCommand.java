package dev.piecewise.cli;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Merge;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.engine.Sampling;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One completion on standard output. */
@Command(
        name = "generate",
        description = "Completes a prompt with the base model, an adapter, or an adapter assembled from a history.",
        mixinStandardHelpOptions = true)
public final class GenerateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BaseModelOptions base;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "Completed as it is, no template.")
    private String prompt;

    @Option(names = "--max-tokens", paramLabel = "N", description = "At most so many tokens (${DEFAULT-VALUE}).")
    private int maxTokens = 128;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 takes the likeliest token each time (${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--seed", paramLabel = "S", description = "The same seed gives the same text (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--adapter", paramLabel = "PEFT_DIR", description = "A LoRA adapter in PEFT's format.")
    private @Nullable Path adapter;

    @Option(names = "--pool", paramLabel = "DIR", description = "A pool to assemble an adapter from.")
    private @Nullable Path pool;

    @Option(names = "--history", paramLabel = "FILE", description = "The user's history, JSON Lines.")
    private @Nullable Path history;

    @Option(names = "--merge", paramLabel = "product|factor", description = "How chosen pieces are summed.")
    private @Nullable Merge merge;

    @Option(names = "--json", description = "Token ids, text and finish reason as one line of JSON.")
    private boolean json;

    /** What {@code --json} prints. */
    record Result(int[] promptTokenIds, List<Integer> tokenIds, String text, String finishReason) {}

    @Override
    public Integer call() throws InterruptedException {
        check();
        PiecewiseConfig config = base.config();
        try (Termination _ = Termination.atOnce();
                LoadedModel loaded = LoadedModel.load(config)) {
            Adaptation adaptation =
                    Adaptations.of(loaded, config, new Adaptations.AdapterOptions(adapter, pool, history, merge));
            int[] tokens = loaded.tokenizer().encode(prompt, true);
            try (LocalEngine engine = Engines.forOne(loaded, config, adaptation, tokens.length + maxTokens)) {
                PrintWriter out = spec.commandLine().getOut();
                Completion completion = new Completion(loaded.tokenizer(), tokens, json ? null : out);
                FinishReason reason = completion.run(engine.submit(request(loaded, tokens, adaptation)));
                if (json) {
                    String why = reason == FinishReason.LENGTH ? "length" : "stop";
                    out.println(Json.line(new Result(tokens, completion.tokens(), completion.text(), why)));
                } else {
                    out.println();
                }
                out.flush();
            }
        }
        return 0;
    }

    private void check() {
        Usage.require(spec, (pool == null) == (history == null), "--pool and --history go together");
        Usage.require(spec, adapter == null || pool == null, "--adapter and --pool exclude each other");
        Usage.atLeast(spec, 1, maxTokens, "--max-tokens");
        Usage.require(
                spec,
                temperature >= 0 && temperature <= 100,
                "--temperature must be from 0 to 100, not " + temperature);
    }

    private GenerationRequest request(LoadedModel loaded, int[] tokens, Adaptation adaptation) {
        Sampling sampling = new Sampling(temperature, 0, 1, 0, 1, 0, 0, Map.of(), seed, -1);
        Set<Integer> end = loaded.endTokens();
        return new GenerationRequest("", tokens, maxTokens, 0, end, sampling, false, adaptation);
    }
}
