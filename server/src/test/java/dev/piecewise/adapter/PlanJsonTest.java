package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlanJsonTest {
    private static final String JSON = """
            {"format":1,"base":"b","pool":"p","merge":"product","k":2,\
            "sites":{"layers.0.self_attn.q_proj":[["Ada",0.75],["Bo \\"B\\"",0.25]],"layers.11.mlp.up_proj":[["Ada",1.0]]},\
            "items":4,"created":"2026-01-31T12:00:00Z"}""";

    private static final Plan PLAN = new Plan(
            "b",
            "p",
            Merge.PRODUCT,
            2,
            new TreeMap<>(Map.of(
                    new Site(0, Projection.Q),
                    List.of(new Choice("Ada", 0.75), new Choice("Bo \"B\"", 0.25)),
                    new Site(11, Projection.UP),
                    List.of(new Choice("Ada", 1)))),
            4,
            Instant.parse("2026-01-31T12:00:00Z"));

    @Test
    void writesAndReadsTheAgreedForm(@TempDir Path directory) {
        assertThat(PlanJson.toJson(PLAN)).hasToString(JSON);
        assertThat(PlanJson.parse("plan", JSON)).isEqualTo(PLAN);
        Path file = directory.resolve("plan.json");
        PlanJson.write(PLAN, file);
        assertThat(PlanJson.read(file)).isEqualTo(PLAN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\":1 | \"format\":2 | format is 2",
                "\"base\":\"b\", | '' | base is missing",
                "\"pool\":\"p\" | \"pool\":\"\" | pool is empty",
                "product | sum | merge must be product or factor, found sum",
                "\"k\":2 | \"k\":0 | k is too small",
                "q_proj | wq | sites.layers.0.self_attn.wq is no site",
                "0.75 | 0.76 | sites.layers.0.self_attn.q_proj has weights that sum to 1.01, not to 1",
                "0.75 | 1.75 | has a weight of 1.75",
                "0.75],[ | 1.25],[\"C\",-0.5],[ | has a weight of 1.25",
                "0.75 | \"much\" | must hold pairs of a sharer and a weight",
                "Bo \\\\\"B\\\\\" | Ada | has sharer \"Ada\" twice",
                "[[\"Ada\",1.0]] | [] | sites.layers.11.mlp.up_proj has weights that sum to 0.0",
                "\"items\":4 | \"items\":-1 | items is too small",
                "2026-01-31T12:00:00Z | today | created is no time"
            })
    void refusesAPlanThatIsNone(String from, String to, String reason) {
        String changed = JSON.replace(from.replace("\\\\", "\\"), to);
        assertThat(changed).isNotEqualTo(JSON);
        assertThatThrownBy(() -> PlanJson.parse("the plan", changed))
                .isInstanceOf(BadFileException.class)
                .hasMessageStartingWith("the plan: ")
                .hasMessageContaining(reason);
    }
}
