package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.fixture.NodeScripts;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that others wrote for Node, as they are published: OpenAI's own, Vercel's AI SDK, LangChain. Skipped, with the reason, where there is no npm or where it
 * cannot install them. What each one does stands in its script under {@code src/test/resources/clients}.
 */
@Timeout(300)
final class NodeClientsTest {
    private static NodeScripts scripts;

    @BeforeAll
    static void install() throws Exception {
        scripts = NodeScripts.install("clients");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "ai-sdk", "langchain"})
    void servesAClientThatWasWrittenForOpenAi(String client) throws Exception {
        try (TestGateway server = TestGateway.serving()) {
            server.engine.script(new Parrot(server.tokenizer));

            NodeScripts.Run run = scripts.node(client + ".mjs", 60, "http://127.0.0.1:" + server.port);

            assertThat(run.status()).as(run.output()).isZero();
            assertThat(run.output()).matches("(?s).*" + client + ": [1-9]\\d* checks\\s*");
        }
    }
}
