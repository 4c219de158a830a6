package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ServingException;
import dev.piecewise.model.Discriminants;
import dev.piecewise.model.HiddenStates;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Gates that are not trained but computed: for each site the direction that tells a sharer's inputs from other users' best, by linear discriminant analysis. They are scored as
 * trained gates are. Per-Pcs trains its gates to lower the loss of their own user's text, and nothing in that makes them tell users apart; these do, for one forward pass over the
 * histories. In the demo's world, where two people have 2.7 of six traits in common by chance, the three sharers that trained gates choose have 3.0 of a user's traits and those that
 * these choose 4.6, of 5.3 that would be possible (24 users, 50 sharers of 28 to 40 items).
 */
public final class GateDiscriminants {
    private static final int ITEMS_OF_EACH = 50;

    private final HiddenStates states;
    private final Discriminants discriminants;
    private final ExampleEncoder encoder;

    public GateDiscriminants(HiddenStates states, Discriminants discriminants, ExampleEncoder encoder) {
        this.states = states;
        this.discriminants = discriminants;
        this.encoder = encoder;
    }

    /** What each sharer gives to a pool, in the run's order; only the pieces that they agreed to share, drawn by {@code seed}. All users help to tell what sets one apart. */
    public List<Contribution> run(SharerRun run, List<UserHistory> users, ModelConfig base, long seed) {
        Map<String, SortedMap<Site, float[]>> gates = gates(users);
        return run.sharers().stream()
                .map(sharer -> {
                    SortedMap<Site, float[]> own = gates.get(sharer.id());
                    if (own == null) {
                        throw ServingException.invalid(
                                "users", "sharer \"%s\" is not among the users".formatted(sharer.id()));
                    }
                    return run.contribution(sharer, base, own, seed);
                })
                .toList();
    }

    /** Of every user who has something to read. */
    private Map<String, SortedMap<Site, float[]>> gates(List<UserHistory> users) {
        Map<String, List<SortedMap<Site, float[]>>> inputs = new LinkedHashMap<>();
        for (UserHistory user : users) {
            List<HistoryItem> items = user.items();
            List<SortedMap<Site, float[]>> read =
                    items.subList(Math.max(0, items.size() - ITEMS_OF_EACH), items.size()).stream()
                            .flatMap(item -> encoder.encode(item).stream())
                            .map(example -> states.siteInputs(List.of(example)))
                            .toList();
            if (!read.isEmpty()) {
                inputs.put(user.user(), read);
            }
        }
        Map<String, SortedMap<Site, float[]>> gates = new LinkedHashMap<>();
        inputs.keySet().forEach(user -> gates.put(user, new TreeMap<>()));
        if (inputs.size() > 1) {
            fill(gates, inputs);
        }
        return gates;
    }

    /** Projections that read the same input have the same gate. */
    private void fill(Map<String, SortedMap<Site, float[]>> gates, Map<String, List<SortedMap<Site, float[]>>> inputs) {
        List<List<SortedMap<Site, float[]>>> all = List.copyOf(inputs.values());
        SortedMap<Site, float[]> any = all.getFirst().getFirst();
        IdentityHashMap<float[], float[][]> known = new IdentityHashMap<>();
        any.forEach((site, input) -> {
            float[][] keys = known.computeIfAbsent(input, _ -> discriminants.of(at(site, all)));
            int user = 0;
            for (SortedMap<Site, float[]> own : gates.values()) {
                own.put(site, keys[user++]);
            }
        });
    }

    private static List<float[][]> at(Site site, List<List<SortedMap<Site, float[]>>> users) {
        List<float[][]> rows = new ArrayList<>();
        for (List<SortedMap<Site, float[]>> user : users) {
            rows.add(user.stream().map(item -> input(item, site)).toArray(float[][]::new));
        }
        return rows;
    }

    private static float[] input(SortedMap<Site, float[]> item, Site site) {
        float[] input = item.get(site);
        if (input == null) {
            throw new IllegalStateException("no input for " + site);
        }
        return input;
    }
}
