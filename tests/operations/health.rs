//! `/health/…`, `/metrics`

use kalends_testkit::client::Answer;

both! {
    /// Live, ready with the version of the time zone database, and figures.
    async fn figures(app) {
        let get = |path: &str| {
            let request = app.http.get(format!("{}{path}", app.url));
            async move { Answer::read(request.send().await.expect("an answer")).await }
        };
        assert_eq!(get("/health/live").await.status, 200);
        let ready = get("/health/ready").await;
        assert_eq!(ready.status, 200);
        assert!(ready.json["timeZoneDatabase"].as_str().is_some_and(|version| version >= "2025b"), "{}", ready.text);
        app.demo().await.get("/customer/list").await;
        let metrics = get("/metrics").await;
        for line in ["{operation=\"customer_list\",status=\"200\"}", "{operation=\"/oauth/token\",status=\"200\"}"] {
            assert!(metrics.text.contains(&format!("kalends_requests_total{line}")), "{}", metrics.text);
        }
    }
}
