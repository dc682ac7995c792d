//! The queue of mails against a real mail server.

use kalends_catalog::locale::Language;
use kalends_engine::problem::Failure;
use kalends_service::mail::{self, Letter, Mailer, Purpose, Round};
use kalends_service::{Call, Service};
use kalends_testkit::app::TestApp;
use kalends_testkit::sink::Sink;
use std::sync::Arc;

fn call(service: &Service) -> Call {
    Call::system(service.clock.now(), Arc::clone(&service.entropy)).at(service)
}

/// Writes a mail in a transaction of its own.
async fn enqueue(app: &TestApp, to: &'static str, language: Language) -> Result<(), Failure> {
    let call = call(&app.web.service);
    let written = app.web.service.store.write(move |tx| {
        let call = call.clone();
        Box::pin(async move {
            let (name, path, args) = ("Jörg Müller", "/user/de/reset?token=abc", &[]);
            let letter = Letter { purpose: Purpose::Reset, to, name, language, path, args };
            mail::enqueue(tx, &call, &letter).await
        })
    });
    written.await
}

fn mailer(sink: &Sink) -> Mailer {
    Mailer::new(&sink.url(), "Kalends <no-reply@kalends.example>").expect("a mailer")
}

async fn deliver(app: &TestApp, mailer: Option<&Mailer>) -> Round {
    app.web.service.deliver(mailer).await.expect("a round")
}

both! {
    /// A mail arrives with both parts, its links lead to the configured address, and its text is not kept.
    async fn a_mail_arrives(app) {
        let sink = Sink::start().await;
        enqueue(&app, "joerg@example.com", Language::De).await.expect("written");
        assert_eq!(deliver(&app, Some(&mailer(&sink))).await, Round { sent: 1, ..Round::default() });
        let [mail] = &sink.received()[..] else { panic!("one mail") };
        assert_eq!((mail.from.as_str(), &mail.to[..]), ("no-reply@kalends.example", &["joerg@example.com".to_owned()][..]));
        assert_eq!(mail.header("subject"), "Neues Passwort =?utf-8?b?d8OkaGxlbg==?=");
        assert_eq!(mail.header("auto-submitted"), "auto-generated");
        assert!(mail.header("date").starts_with("Mon, 04 Jan 2027 08:00:00"), "{}", mail.header("date"));
        let (plain, html) = (mail.plain(), mail.html());
        assert!(plain.contains("Guten Tag Jörg Müller,"), "{plain}");
        assert_eq!(mail.link(), format!("{}/user/de/reset?token=abc", app.url));
        assert!(html.contains("<html lang=\"de\">") && html.contains("Jörg Müller") && html.contains(&mail.link()), "{html}");
        let kept = app.web.service.mails(true).await.expect("mails");
        assert_eq!((kept[0].status.as_str(), kept[0].plain.as_str()), ("SENT", ""));
        assert_eq!(app.web.service.mails(false).await.expect("mails"), []);
        assert_eq!(deliver(&app, Some(&mailer(&sink))).await, Round::default(), "once");
    }

    /// While the mail server is away mails wait, longer each time, and go out when it is back.
    async fn a_mail_waits_for_its_server(app) {
        let sink = Sink::start().await;
        let (port, way) = (sink.port, mailer(&sink));
        drop(sink);
        for to in ["a@example.com", "b@example.com"] {
            enqueue(&app, to, Language::En).await.expect("written");
        }
        let postponed = Round { postponed: 1, ..Round::default() };
        assert_eq!(deliver(&app, Some(&way)).await, postponed, "the second is spared the attempt");
        assert_eq!(deliver(&app, Some(&way)).await, postponed, "the second");
        assert_eq!(deliver(&app, Some(&way)).await, Round::default(), "both wait");
        app.clock.advance(14);
        assert_eq!(deliver(&app, Some(&way)).await, Round::default());
        app.clock.advance(1);
        assert_eq!(deliver(&app, Some(&way)).await, postponed);
        let sink = Sink::on(port).await;
        app.clock.advance(60);
        assert_eq!(deliver(&app, Some(&way)).await, Round { sent: 2, ..Round::default() });
        let to: Vec<String> = sink.received().into_iter().flat_map(|mail| mail.to).collect();
        assert!(to.len() == 2 && to.contains(&"a@example.com".to_owned()), "{to:?}");
    }

    /// What the server refuses for good is not tried again; what it refuses for now is, ten times.
    async fn refusals(app) {
        let sink = Sink::start().await;
        let way = mailer(&sink);
        sink.refuse(550);
        enqueue(&app, "nobody@example.com", Language::En).await.expect("written");
        assert_eq!(deliver(&app, Some(&way)).await, Round { failed: 1, ..Round::default() });
        sink.refuse(451);
        enqueue(&app, "grey@example.com", Language::En).await.expect("written");
        for attempt in 1..=10 {
            let expected = if attempt < 10 { (1, 0) } else { (0, 1) };
            let round = deliver(&app, Some(&way)).await;
            assert_eq!((round.postponed, round.failed), expected, "attempt {attempt}");
            app.clock.advance(14_400);
        }
        let mails = app.web.service.mails(false).await.expect("mails");
        assert!(mails.iter().all(|mail| mail.status == "FAILED" && mail.error.contains("not wanted here")), "{mails:?}");
        assert_eq!(sink.received(), []);
    }

    /// Several processes look for mails at once; each mail is sent by one of them.
    async fn two_processes_send_once(app) {
        let sink = Sink::start().await;
        let other = app.beside().await;
        let (one, two) = (mailer(&sink), mailer(&sink));
        for _ in 0..12 {
            enqueue(&app, "many@example.com", Language::En).await.expect("written");
        }
        let (a, b) = tokio::join!(deliver(&app, Some(&one)), deliver(&other, Some(&two)));
        assert_eq!(a.sent + b.sent, 12, "{a:?} {b:?}");
        let mut ids: Vec<String> = sink.received().iter().map(|mail| mail.header("message-id")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), sink.received().len()), (12, 12));
    }

    /// A process that died while it sent holds its mail for two minutes, no longer.
    async fn a_dead_process_gives_back(app) {
        let sink = Sink::start().await;
        enqueue(&app, "held@example.com", Language::En).await.expect("written");
        let due = app.web.service.clock.now() + 120_000_000;
        let held = app.web.service.store.write(move |tx| {
            let sql = "UPDATE mail SET attempts = 1, due = $1";
            Box::pin(async move { Ok::<_, Failure>(tx.execute(sql, &kalends_store::params![due]).await?) })
        });
        assert_eq!(held.await, Ok(1));
        assert_eq!(deliver(&app, Some(&mailer(&sink))).await, Round::default());
        app.clock.advance(120);
        assert_eq!(deliver(&app, Some(&mailer(&sink))).await.sent, 1);
    }

    /// Without a mail server mails are kept to be read.
    async fn kept_without_a_server(app) {
        enqueue(&app, "reader@example.com", Language::En).await.expect("written");
        assert_eq!(deliver(&app, None).await, Round { kept: 1, ..Round::default() });
        assert_eq!(deliver(&app, None).await, Round::default());
        let [mail] = &app.web.service.mails(false).await.expect("mails")[..] else { panic!("one mail") };
        assert_eq!((mail.status.as_str(), mail.recipient.as_str()), ("OUTBOX", "reader@example.com"));
        assert_eq!(mail.link(), Some(format!("{}/user/de/reset?token=abc", app.url).as_str()));
        app.clock.advance(31 * 86_400);
        app.web.service.tidy().await.expect("tidied");
        assert_eq!(app.web.service.mails(true).await.expect("mails"), []);
    }

    /// An address cannot bring headers or recipients of its own.
    async fn addresses_that_are_none(app) {
        for to in ["a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "a", "", "<a@example.com>"] {
            let refused = enqueue(&app, to, Language::En).await.expect_err("refused");
            assert_eq!((refused.status, refused.problems[0].code), (400, "bad_email"), "{to}");
        }
        assert_eq!(app.web.service.mails(true).await.expect("mails"), []);
    }
}
