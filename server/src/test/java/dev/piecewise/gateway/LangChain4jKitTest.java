package dev.piecewise.gateway;

import static dev.langchain4j.model.chat.Capability.RESPONSE_FORMAT_JSON_SCHEMA;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import dev.piecewise.gateway.http.HttpLimits;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/**
 * LangChain4j's published test kit for chat models, every test of it but those of images, which are refused. The kit's questions are answered by
 * {@link KitAnswers}: no model that fits into a test knows the capital of Germany.
 */
@Timeout(120)
final class LangChain4jKitTest extends AbstractChatModelIT {
    static final String OTHER_NAME = "tiny-by-another-name";

    @AutoClose
    private static final TestGateway SERVER = TestGateway.loading(HttpLimits.DEFAULT);

    @BeforeAll
    static void serve() {
        serve(SERVER);
    }

    /** Answers the kit, under two names. */
    static void serve(TestGateway server) {
        server.aliases = List.of(OTHER_NAME);
        server.serve();
        server.engine.script(new KitAnswers(server.tokenizer));
    }

    @Override
    protected List<ChatModel> models() {
        return List.of(
                builder().modelName("tiny").build(),
                builder()
                        .modelName("tiny")
                        .supportedCapabilities(RESPONSE_FORMAT_JSON_SCHEMA)
                        .strictJsonSchema(true)
                        .strictTools(true)
                        .build());
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        OpenAiChatModel.OpenAiChatModelBuilder builder = builder().defaultRequestParameters(parameters);
        return parameters.modelName() == null ? builder.modelName("tiny").build() : builder.build();
    }

    private static OpenAiChatModel.OpenAiChatModelBuilder builder() {
        return OpenAiChatModel.builder()
                .baseUrl(SERVER.uri("/v1").toString())
                .apiKey("none")
                .maxRetries(0);
    }

    @Override
    protected String customModelName() {
        return OTHER_NAME;
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return OpenAiChatRequestParameters.builder()
                .maxCompletionTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
        return OpenAiChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(ChatModel model) {
        return OpenAiTokenUsage.class;
    }

    @Override
    protected boolean supportsSingleImageInputAsBase64EncodedString() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }

    /** It is the server that refuses images, and not LangChain4j: the kind of exception is another one. */
    @Override
    protected boolean assertExceptionType() {
        return false;
    }
}
