// A signed request with java.net.http, its URL and all: one call by api_key is enough to see whom Java trusts.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Flow {
    public static void main(String[] arguments) throws Exception {
        String form = "api_key=abcd1234&api_secret=fake-api-secret&from=NexmoOauth&to=447700900000&text=hello+from+Nexmo";
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://rest.nexmo.com/sms/json"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
        HttpClient client = HttpClient.newBuilder().proxy(java.net.ProxySelector.getDefault()).build();
        System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
