package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.GateReader;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.ContentHash;
import dev.piecewise.checkpoint.SafetensorsWriter;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.model.TrainableBase;
import dev.piecewise.training.Checkpoints;
import dev.piecewise.training.ExampleReader;
import dev.piecewise.training.Trainer;
import dev.piecewise.training.TrainingListener;
import dev.piecewise.training.TrainingSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Trains the gates of sharers whose adapters are trained (Per-Pcs A.6). The same call after a kill goes on where it was. */
public final class GateTraining {
    private static final int NAME_LENGTH = 8;

    private final TrainableBase base;
    private final ExampleReader reader;
    private final TrainingSettings settings;

    public GateTraining(TrainableBase base, ExampleReader reader, TrainingSettings settings) {
        this.base = base;
        this.reader = reader;
        this.settings = settings;
    }

    /** What each sharer gives to a pool, in the run's order; only the pieces that they agreed to share, drawn by {@code seed}. */
    public List<Contribution> run(SharerRun run, List<UserHistory> users, long seed, TrainingListener listener) {
        run.requireBase(base.fingerprint());
        String name = name();
        SharerGroups groups = new SharerGroups(
                run, settings.sideBySide(), run.log("gates-" + name), sharer -> run.gates(name, sharer));
        groups.forEachUnfinished(
                (members, heard) -> {
                    Checkpoints checkpoints = run.checkpoints("gates-" + name);
                    Trainer trainer = new Trainer(base, settings, heard, checkpoints);
                    Map<String, SortedMap<Site, float[]>> trained =
                            trainer.gates(Learners.of(members, users, reader), adapters(run, members));
                    members.forEach(sharer -> write(Learners.result(trained, sharer), run, name, sharer));
                    checkpoints.clear();
                },
                listener);
        return run.sharers().stream()
                .map(sharer -> contribution(run, name, sharer, seed))
                .toList();
    }

    private Map<String, LoraAdapter> adapters(SharerRun run, List<SharerRun.Sharer> sharers) {
        Map<String, LoraAdapter> adapters = new LinkedHashMap<>();
        sharers.forEach(sharer -> adapters.put(sharer.id(), run.trained(sharer, base.config())));
        return adapters;
    }

    private static void write(SortedMap<Site, float[]> gates, SharerRun run, String name, SharerRun.Sharer sharer) {
        SafetensorsWriter file = new SafetensorsWriter(Map.of("format", "pt"));
        gates.forEach((site, gate) -> file.add(site + ".gate", gate, gate.length));
        file.write(run.gates(name, sharer));
    }

    private Contribution contribution(SharerRun run, String name, SharerRun.Sharer sharer, long seed) {
        SortedMap<Site, float[]> gates = GateReader.read(run.gates(name, sharer), base.config());
        return run.contribution(sharer, base.config(), gates, seed);
    }

    /** Gates that were trained otherwise are others. */
    private String name() {
        String hash = new ContentHash("gates").put(settings.toString()).finish();
        return hash.substring(hash.indexOf(':') + 1).substring(0, NAME_LENGTH);
    }
}
