package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Takes out of gates what all users have in common. Users of one base and one task feed a site nearly the same, so a gate mostly points there, and scores mostly tell which
 * sharer is liked by everybody. Without the component along the users' mean input a score tells what sets a user apart. This goes beyond Per-Pcs, which publishes gates as
 * they were trained; with 50 sharers of the demo's world own pieces are among the best three at 24 % of the sites instead of 10 % (6 % by chance).
 */
public final class GateCentring {
    /** Fewer have too much of each in their mean. */
    private static final int LEAST_USERS = 8;

    private static final int ITEMS_OF_EACH = 30;

    private final SortedMap<Site, float[]> mean;

    private GateCentring(SortedMap<Site, float[]> mean) {
        this.mean = mean;
    }

    /** From what each of several users feeds each site. */
    static GateCentring of(List<SortedMap<Site, float[]>> users) {
        SortedMap<Site, float[]> mean = new TreeMap<>();
        users.forEach(user -> user.forEach((site, input) -> {
            float[] sum = mean.computeIfAbsent(site, _ -> new float[input.length]);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += input[i] / users.size();
            }
        }));
        return new GateCentring(mean);
    }

    /**
     * The contributions with centred gates; as they are where there are too few users to tell what they have in common.
     *
     * @param users whose mean it is, of whom the newest items are read
     * @param inputs what a user's examples feed each site
     */
    public static List<Contribution> centred(
            List<Contribution> contributions,
            List<UserHistory> users,
            ExampleEncoder encoder,
            Function<List<Example>, SortedMap<Site, float[]>> inputs) {
        List<SortedMap<Site, float[]>> fed = new ArrayList<>();
        for (UserHistory user : users) {
            List<HistoryItem> items = user.items();
            List<Example> examples = items.subList(Math.max(0, items.size() - ITEMS_OF_EACH), items.size()).stream()
                    .flatMap(item -> encoder.encode(item).stream())
                    .toList();
            if (!examples.isEmpty()) {
                fed.add(inputs.apply(examples));
            }
        }
        if (fed.size() < LEAST_USERS) {
            return contributions;
        }
        GateCentring centring = of(fed);
        return contributions.stream()
                .map(whole -> new Contribution(
                        whole.id(),
                        whole.items(),
                        whole.adapter(),
                        whole.gates().map(centring::centred),
                        whole.consent(),
                        whole.forecast()))
                .toList();
    }

    SortedMap<Site, float[]> centred(SortedMap<Site, float[]> gates) {
        SortedMap<Site, float[]> centred = new TreeMap<>();
        gates.forEach((site, gate) -> {
            float[] common = mean.get(site);
            centred.put(site, common == null ? gate : without(gate, common));
        });
        return centred;
    }

    private static float[] without(float[] gate, float[] common) {
        double along = 0;
        double square = 0;
        for (int i = 0; i < gate.length; i++) {
            along += (double) gate[i] * common[i];
            square += (double) common[i] * common[i];
        }
        float[] rest = gate.clone();
        for (int i = 0; i < rest.length && square > 0; i++) {
            rest[i] -= (float) (along / square * common[i]);
        }
        return rest;
    }
}
