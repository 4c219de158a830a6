package dev.piecewise.training;

import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.Fingerprints;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.ContentHash;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ServingException;
import dev.piecewise.model.Learnables;
import dev.piecewise.model.TrainableBase;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Trains on a base model's device. With a directory for checkpoints, the same call after a kill goes on where the last checkpoint was and ends with the same numbers;
 * they stay until {@link Checkpoints#clear}, so that a kill loses nothing before the result is stored. Confined to one platform thread.
 */
public final class Trainer {
    private final TrainableBase base;
    private final TrainingSettings settings;
    private final TrainingListener listener;
    private final @Nullable Checkpoints checkpoints;

    public Trainer(
            TrainableBase base,
            TrainingSettings settings,
            TrainingListener listener,
            @Nullable Checkpoints checkpoints) {
        this.base = base;
        this.settings = settings;
        this.listener = listener;
        this.checkpoints = checkpoints;
    }

    /** Each user's own LoRA, by user in the order given; the scale is in B, as in every {@link LoraAdapter}. */
    public SequencedMap<String, LoraAdapter> adapters(List<Learner> learners, LoraShape shape) {
        SortedMap<Site, float[]> starts = new TreeMap<>();
        shape.sites().forEach(site -> starts.put(site, start(site, shape)));
        ContentHash key =
                key("lora", learners).put(shape.rank()).put(shape.alpha()).put(shape.seed());
        shape.sites().forEach(site -> key.put(site.toString()));
        Map<String, LoraAdapter> trained = new HashMap<>();
        Groups groups = Groups.of(learners, settings, false);
        groups.train(checkpoints, key.finish(), listener, group -> {
            try (Learnables learnables = Learnables.lora(base, group.size(), starts, shape.scale())) {
                group.run(learnables);
                for (int user = 0; user < group.size(); user++) {
                    trained.put(group.user(user), adapter(learnables, user, shape));
                }
            }
        });
        return inOrder(learners, trained);
    }

    /**
     * Each user's gates for the sites of his adapter, which stays as it is: {@code y = W x + sigmoid(x . g) B A x}, from g = 0.
     *
     * @param adapters of every learner; all with the same sites and ranks
     */
    public SequencedMap<String, SortedMap<Site, float[]>> gates(
            List<Learner> learners, Map<String, LoraAdapter> adapters) {
        ContentHash key = key("gates", learners);
        learners.forEach(learner -> key.put(own(adapters, learner.user()).fingerprint()));
        Map<String, SortedMap<Site, float[]>> trained = new HashMap<>();
        Groups groups = Groups.of(learners, settings, false);
        groups.train(checkpoints, key.finish(), listener, group -> {
            List<LoraAdapter> frozen =
                    group.users().stream().map(user -> own(adapters, user)).toList();
            try (Learnables learnables = Learnables.gates(base, frozen)) {
                group.run(learnables);
                for (int user = 0; user < group.size(); user++) {
                    SortedMap<Site, float[]> gates = new TreeMap<>();
                    for (Site site : frozen.get(user).sites().keySet()) {
                        gates.put(site, slice(learnables.values(Learnables.gate(site)), user, group.size()));
                    }
                    trained.put(group.user(user), gates);
                }
            }
        });
        return inOrder(learners, trained);
    }

    /** All of the base's weights, by the names of its checkpoint; the base itself has changed to them. */
    public SequencedMap<String, float[]> weights(List<TrainingExample> examples) {
        List<Learner> everybody = List.of(new Learner("the base", examples));
        String key = key("weights", everybody).finish();
        Groups.of(everybody, settings, true).train(checkpoints, key, listener, group -> {
            try (Learnables learnables = Learnables.weights(base)) {
                group.run(learnables);
            }
        });
        return base.values();
    }

    private LoraAdapter adapter(Learnables learnables, int user, LoraShape shape) {
        int users = learnables.users();
        SortedMap<Site, Factors> factors = new TreeMap<>();
        for (Site site : shape.sites()) {
            float[] a = slice(learnables.values(Learnables.a(site)), user, users);
            float[] b = slice(learnables.values(Learnables.b(site)), user, users);
            for (int i = 0; i < b.length; i++) {
                b[i] *= (float) shape.scale();
            }
            int in = base.config().in(site.projection());
            int out = base.config().out(site.projection());
            factors.put(site, new Factors(shape.rank(), in, out, a, b));
        }
        return new LoraAdapter(Fingerprints.adapter(base.fingerprint(), factors), factors);
    }

    /** By the site's name, so that a site starts the same whichever others are trained. */
    private float[] start(Site site, LoraShape shape) {
        Random random = new Random(shape.seed() * 1_000_003 + site.toString().hashCode());
        int in = base.config().in(site.projection());
        float[] a = new float[shape.rank() * in];
        for (int i = 0; i < a.length; i++) {
            a[i] = (float) ((2 * random.nextDouble() - 1) / Math.sqrt(in));
        }
        return a;
    }

    private static float[] slice(float[] stacked, int user, int users) {
        int each = stacked.length / users;
        return Arrays.copyOfRange(stacked, user * each, (user + 1) * each);
    }

    private static LoraAdapter own(Map<String, LoraAdapter> adapters, String user) {
        LoraAdapter adapter = adapters.get(user);
        if (adapter == null) {
            throw new IllegalArgumentException(user + " has no adapter");
        }
        return adapter;
    }

    private ContentHash key(String kind, List<Learner> learners) {
        ContentHash key = new ContentHash("training").put(kind).put(base.fingerprint());
        key.put(base.config().toString())
                .put(settings.length().toString())
                .put(settings.optimizer().toString())
                .put(settings.batch())
                .put(settings.accumulation())
                .put(settings.sideBySide())
                .put(settings.seed());
        for (Learner learner : learners) {
            key.put(learner.user()).put(learner.examples().size());
            for (TrainingExample example : learner.examples()) {
                key.put(Arrays.hashCode(example.tokens())).put(Arrays.hashCode(example.learned()));
            }
        }
        return key;
    }

    private static <T> SequencedMap<String, T> inOrder(List<Learner> learners, Map<String, T> trained) {
        SequencedMap<String, T> ordered = new LinkedHashMap<>();
        for (Learner learner : learners) {
            T result = trained.get(learner.user());
            if (result == null || ordered.put(learner.user(), result) != null) {
                throw ServingException.invalid("user", "user %s is there twice".formatted(learner.user()));
            }
        }
        return ordered;
    }
}
