package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether what containers are made of and with is where they look for it. {@code config/deployment/test.sh} does what the Dockerfile says, which takes root. */
final class DeploymentTest {
    private static final Path ROOT = Path.of("..");
    private static final Path COMPOSE = ROOT.resolve("config/deployment/compose.yaml");
    private static final YAMLMapper YAML = new YAMLMapper();

    @Test
    void whatComposeMountsIsThere() throws IOException {
        JsonNode compose = YAML.readTree(COMPOSE.toFile());
        List<String> sources = compose.path("services").findValues("volumes").stream()
                .flatMap(JsonNode::valueStream)
                .map(volume -> volume.asText().split(":", -1)[0])
                .toList();
        assertThat(sources).hasSizeGreaterThan(4).allSatisfy(source -> {
            if (source.startsWith(".")) {
                assertThat(COMPOSE.resolveSibling(source)).exists();
            } else {
                assertThat(compose.path("volumes").has(source)).as(source).isTrue();
            }
        });
    }

    @Test
    void theServicesKnowEachOtherByTheirNames() throws IOException {
        JsonNode services = YAML.readTree(COMPOSE.toFile()).path("services");
        JsonNode scraped =
                YAML.readTree(ROOT.resolve("config/prometheus/prometheus.yml").toFile());
        JsonNode source = YAML.readTree(ROOT.resolve("config/grafana/provisioning/datasources/prometheus.yaml")
                .toFile());
        String target =
                scraped.at("/scrape_configs/0/static_configs/0/targets/0").asText();
        assertThat(services.has(target.split(":", -1)[0])).as(target).isTrue();
        assertThat(source.at("/datasources/0/url").asText()).isEqualTo("http://prometheus:9090");
        assertThat(services.has("prometheus")).isTrue();
        assertThat(services.at("/piecewise/command").toString()).contains("jdbc:postgresql://postgres/");
        assertThat(services.has("postgres")).isTrue();
    }

    @Test
    void whatTheDockerfileCopiesAndCallsIsThere() throws IOException {
        String dockerfile = Files.readString(ROOT.resolve("Dockerfile"));
        Stream<String> named = Pattern.compile("(?m)^COPY (?:--chown=\\d+ )?(\\S+) |^RUN /src/(\\S+) ")
                .matcher(dockerfile)
                .results()
                .map(DeploymentTest::name);
        assertThat(named.filter(name -> !name.startsWith("--")))
                .hasSizeGreaterThan(2)
                .allSatisfy(name -> assertThat(ROOT.resolve(name)).exists());
    }

    private static String name(MatchResult found) {
        return found.group(1) == null ? found.group(2) : found.group(1);
    }
}
