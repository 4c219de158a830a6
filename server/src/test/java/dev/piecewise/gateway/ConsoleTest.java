package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The web console as a browser fetches it. */
@Timeout(60)
final class ConsoleTest {
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"]+)\"");

    @AutoClose
    static TestGateway server;

    @BeforeAll
    static void start() throws Exception {
        server = TestGateway.serving();
    }

    @Test
    void everyFileThatThePageNamesIsThere() throws Exception {
        HttpResponse<String> page = server.get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        List<String> types = new ArrayList<>();
        Matcher references = REFERENCE.matcher(page.body());
        while (references.find()) {
            if (references.group(1).startsWith("console/")) {
                HttpResponse<String> file = server.get("/" + references.group(1));
                assertThat(file.statusCode()).isEqualTo(200);
                assertThat(file.body()).isNotBlank();
                types.add(file.headers().firstValue("content-type").orElse(""));
            }
        }
        assertThat(types)
                .containsExactlyInAnyOrder(
                        "text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml");
    }

    @Test
    void nothingMayComeFromOutsideNorStandInThePage() throws Exception {
        HttpResponse<String> page = server.get("/");
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                .doesNotContain("unsafe", "http");
        assertThat(page.body()).doesNotContain("http:", "https:", "<style", "<script>", "style=", "onclick");
    }

    @Test
    void whatTheBrowserHasIsNotSentAgain() throws Exception {
        String tag = server.get("/console/app.js").headers().firstValue("etag").orElseThrow();
        HttpResponse<String> again = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port + "/console/app.js"))
                                .header("If-None-Match", tag)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void nothingElseIsServed() throws Exception {
        for (String path :
                List.of("/console/", "/console/Console.class", "/console/..%2findex.html", "/console/index.html/x")) {
            assertThat(server.get(path).statusCode()).as(path).isEqualTo(404);
        }
    }
}
