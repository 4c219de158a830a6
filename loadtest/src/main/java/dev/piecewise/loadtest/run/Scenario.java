package dev.piecewise.loadtest.run;

import dev.piecewise.loadtest.workload.Popularity;
import dev.piecewise.loadtest.workload.Workload;
import java.util.ArrayList;
import java.util.List;

/** One run of several: its row's name, its load and its requests. */
public record Scenario(String name, Load load, Workload.Shape shape) {
    public static final String BASE = "base";
    public static final String BASE_AGAIN = "base again";

    /** Every load with every number of users and every popularity; for each load the base first, and again at the end: what else the machine did shows in the difference. */
    public static List<Scenario> all(
            Workload.Shape shape, List<Integer> users, List<Popularity> popularities, List<Load> loads, boolean base) {
        List<Scenario> all = new ArrayList<>();
        for (Load load : loads) {
            String suffix = loads.size() > 1 ? ", " + load.text() : "";
            if (base) {
                all.add(new Scenario(BASE + suffix, load, shape.with(0, Popularity.DISTINCT)));
            }
            for (int count : users) {
                if (count == 0) {
                    if (!base) {
                        all.add(new Scenario(BASE + suffix, load, shape.with(0, Popularity.DISTINCT)));
                    }
                    continue;
                }
                for (Popularity popularity : popularities) {
                    String name =
                            "%d %s, %s%s".formatted(count, count == 1 ? "user" : "users", popularity.text(), suffix);
                    all.add(new Scenario(name, load, shape.with(count, popularity)));
                }
            }
            if (base) {
                all.add(new Scenario(BASE_AGAIN + suffix, load, shape.with(0, Popularity.DISTINCT)));
            }
        }
        return all;
    }
}
