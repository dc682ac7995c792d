//! `…/availability/…` and `…/timeGrid/…` of organizations, employees, resources, booking resources and templates.

use crate::scheduling::fixture::{Scene, text};
use serde_json::{Value, json};

/// The pieces of a day, `09:00-12:00`.
fn pieces(day: &Value) -> Vec<String> {
    let list = day["availabilityList"].as_array().expect("a list").iter();
    list.map(|piece| format!("{}-{}", &text(piece, "start")[5..16], &text(piece, "end")[5..16])).collect()
}

async fn day(scene: &Scene, owner: &str, month: u8, day: u8) -> Vec<String> {
    let answer = scene.app.get(&format!("{owner}/availability/year/2027/month/{month}/day/{day}/listDay")).await;
    pieces(&answer.content(200)["list"][0])
}

async fn write(
    scene: &Scene,
    owner: &str,
    range: (&str, &str),
    open: &[(&str, &str)],
) -> kalends_testkit::client::Answer {
    let open: Vec<Value> = open.iter().map(|(start, end)| json!({"start": start, "end": end})).collect();
    let document = json!({"rangeStart": range.0, "rangeEnd": range.1, "availability": open});
    scene.app.put(&format!("{owner}/availability/edit"), document).await
}

both! {
    /// The contract's example for each owner; everything inside the range is replaced, what stands outside stays.
    async fn replaces_the_range(app) {
        let scene = Scene::new(&app).await;
        let (a, r) = (scene.app.post("/employee/add", json!({"lastName": "A"})).await, scene.app.post("/resource/add", json!({"name": "R", "category": "ROOM"})).await);
        for owner in [String::new(), format!("/employee/{}", text(a.content(201), "id")), format!("/resource/{}", text(r.content(201), "id"))] {
            let example = write(&scene, &owner, ("2021-11-11T12:00:00+02:00", "2021-11-19T19:00:00+02:00"), &[("2021-11-11T12:00:00+02:00", "2021-11-11T12:30:00+02:00")]).await;
            assert_eq!(example.content(200)["availability"], json!([{"start": "2021-11-11T11:00:00+01:00", "end": "2021-11-11T11:30:00+01:00"}]));
            let week = ("2027-02-01T00:00:00+01:00", "2027-02-08T00:00:00+01:00");
            write(&scene, &owner, week, &[("2027-02-02T09:00:00+01:00", "2027-02-02T12:00:00+01:00"), ("2027-02-02T11:00:00+01:00", "2027-02-02T15:00:00+01:00"), ("2027-02-03T22:00:00+01:00", "2027-02-06T03:00:00+01:00")]).await.content(200);
            assert_eq!(day(&scene, &owner, 2, 2).await, ["02-02T09:00-02-02T15:00"], "{owner}: overlapping pieces become one");
            assert_eq!(day(&scene, &owner, 2, 4).await, ["02-04T00:00-02-05T00:00"], "{owner}: longer than a day");
            assert_eq!(day(&scene, &owner, 2, 6).await, ["02-06T00:00-02-06T03:00"], "{owner}");
            // The middle of what is there is taken out.
            write(&scene, &owner, ("2027-02-02T10:00:00+01:00", "2027-02-04T06:00:00+01:00"), &[("2027-02-02T13:00:00+01:00", "2027-02-02T14:00:00+01:00")]).await.content(200);
            assert_eq!(day(&scene, &owner, 2, 2).await, ["02-02T09:00-02-02T10:00", "02-02T13:00-02-02T14:00"], "{owner}");
            assert_eq!(day(&scene, &owner, 2, 3).await, [""; 0], "{owner}");
            assert_eq!(day(&scene, &owner, 2, 4).await, ["02-04T06:00-02-05T00:00"], "{owner}");
            let list = scene.app.get(&format!("{owner}/availability/year/2027/week/5/listWeek")).await;
            let content = list.content(200);
            assert_eq!((&content["class"], &content["rangeStart"], &content["rangeEnd"], &content["timeZone"]), (&json!("RANGE_LIST"), &json!(week.0), &json!(week.1), &json!("Europe/Berlin")));
            assert_eq!((content["list"].as_array().map(Vec::len), &content["list"][1]["class"], &content["list"][1]["date"]), (Some(7), &json!("AVAILABILITY_DAY"), &json!("2027-02-02")));
            let month = scene.app.get(&format!("{owner}/availability/year/2027/month/2/listMonth")).await;
            assert_eq!(month.content(200)["list"].as_array().map(Vec::len), Some(28));
            // Cut exactly at the borders of stored pieces.
            write(&scene, &owner, ("2027-02-04T22:00:00+01:00", "2027-02-05T22:00:00+01:00"), &[]).await.content(200);
            assert_eq!(day(&scene, &owner, 2, 4).await, ["02-04T06:00-02-04T22:00"], "{owner}");
            assert_eq!(day(&scene, &owner, 2, 5).await, ["02-05T22:00-02-06T00:00"], "{owner}");
            write(&scene, &owner, week, &[]).await.content(200);
            assert_eq!(day(&scene, &owner, 2, 4).await, [""; 0], "{owner}");
        }
    }

    /// Days of 23 and 25 hours, half-hour zones.
    async fn local_days(app) {
        let scene = Scene::new(&app).await;
        write(&scene, "", ("2027-01-01T00:00:00+01:00", "2028-01-01T00:00:00+01:00"), &[("2027-01-01T00:00:00+01:00", "2028-01-01T00:00:00+01:00")]).await.content(200);
        for (month, date, start, end) in [(3, 28, "2027-03-28T00:00:00+01:00", "2027-03-29T00:00:00+02:00"), (10, 31, "2027-10-31T00:00:00+02:00", "2027-11-01T00:00:00+01:00")] {
            let answer = scene.app.get(&format!("/availability/year/2027/month/{month}/day/{date}/listDay")).await;
            assert_eq!(answer.content(200)["list"], json!([{"class": "AVAILABILITY_DAY", "date": start[..10], "availabilityList": [{"start": start, "end": end}]}]));
        }
        scene.app.put("/edit", json!({"settings": {"timeZone": "Asia/Kathmandu"}})).await.content(200);
        let answer = scene.app.get("/availability/year/2027/month/3/day/28/listDay").await;
        assert_eq!((&answer.content(200)["rangeStart"], &answer.content(200)["timeZone"]), (&json!("2027-03-28T00:00:00+05:45"), &json!("Asia/Kathmandu")));
    }

    /// Where nothing of its own is written the hours come from above, also inside the same day.
    async fn inherited(app) {
        let root = Scene::new(&app).await;
        root.hours("", &[("2027-02-01T08:00:00+01:00", "2027-02-01T18:00:00+01:00"), ("2027-02-02T08:00:00+01:00", "2027-02-02T18:00:00+01:00")]).await;
        let child = root.below(&app, json!({})).await;
        let a = child.app.post("/employee/add", json!({"lastName": "A"})).await;
        let (employee, resource) = (format!("/employee/{}", text(a.content(201), "id")), format!("/bookingResource/{}", text(a.content(201), "bookingResourceId")));
        for owner in ["", &employee, &resource] {
            assert_eq!(day(&child, owner, 2, 1).await, ["02-01T08:00-02-01T18:00"], "{owner}");
        }
        write(&child, "", ("2027-02-01T12:00:00+01:00", "2027-02-02T00:00:00+01:00"), &[("2027-02-01T13:00:00+01:00", "2027-02-01T20:00:00+01:00")]).await.content(200);
        write(&child, &employee, ("2027-02-01T14:00:00+01:00", "2027-02-01T15:00:00+01:00"), &[]).await.content(200);
        assert_eq!(day(&child, "", 2, 1).await, ["02-01T08:00-02-01T12:00", "02-01T13:00-02-01T20:00"]);
        for owner in [&employee, &resource] {
            assert_eq!(day(&child, owner, 2, 1).await, ["02-01T08:00-02-01T12:00", "02-01T13:00-02-01T14:00", "02-01T15:00-02-01T20:00"], "{owner}");
        }
        // An exception shows in what the booking resource really has, not in what is written.
        child.exception("BLOCKED", "2027-02-01T09:00:00+01:00", "2027-02-01T17:00:00+01:00", json!({})).await;
        assert_eq!(day(&child, &resource, 2, 1).await, ["02-01T08:00-02-01T09:00", "02-01T17:00-02-01T20:00"]);
        assert_eq!(day(&child, &employee, 2, 1).await.len(), 3);
        root.app.put("/edit", json!({"settings": {"availability": {"inheritance": "ORGANIZATION"}}})).await.content(200);
        assert_eq!(day(&child, "", 2, 2).await, [""; 0], "nothing above the root");
        child.app.put("/edit", json!({"settings": {"availability": {"inheritance": "OFF", "value": "CUSTOM"}}})).await.content(200);
        assert_eq!(day(&child, "", 2, 1).await, ["02-01T13:00-02-01T20:00"]);
    }

    /// Ranges and pieces that make no sense change nothing.
    async fn bad_ranges(app) {
        let scene = Scene::new(&app).await;
        let week = ("2027-02-01T00:00:00+01:00", "2027-02-08T00:00:00+01:00");
        write(&scene, "", week, &[("2027-02-01T09:00:00+01:00", "2027-02-01T10:00:00+01:00")]).await.content(200);
        for (range, piece, parameter, code) in [
            ((week.1, week.0), None, "rangeEnd", "range_reversed"),
            ((week.0, week.0), None, "rangeEnd", "range_reversed"),
            ((week.0, "2037-02-08T00:00:00+01:00"), None, "rangeEnd", "range_too_large"),
            (("2027-02-01T00:00:30+01:00", week.1), None, "rangeStart", "whole_minute"),
            (("2027-02-30T00:00:00+01:00", week.1), None, "rangeStart", "bad_instant"),
            (("2027-02-01", week.1), None, "rangeStart", "bad_instant"),
            (week, Some(("2027-02-02T10:00:00+01:00", "2027-02-02T09:00:00+01:00")), "availability.0.end", "range_reversed"),
            (week, Some(("2027-02-02T10:00:00+01:00", "2027-02-02T10:00:00+01:00")), "availability.0.end", "range_reversed"),
            (week, Some(("2027-02-02T10:00:01+01:00", "2027-02-02T11:00:00+01:00")), "availability.0.start", "whole_minute"),
            (week, Some(("2027-01-31T23:00:00+01:00", "2027-02-01T01:00:00+01:00")), "availability.0", "outside_range"),
            (week, Some(("2027-02-07T23:00:00+01:00", "2027-02-08T01:00:00+01:00")), "availability.0", "outside_range"),
            (week, Some(("2027-02-02T10:00:00+01:00", "soon")), "availability.0.end", "bad_instant"),
        ] {
            let open: Vec<(&str, &str)> = piece.into_iter().collect();
            let answer = write(&scene, "", range, &open).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{range:?} {open:?}: {}", answer.text);
        }
        for (document, parameter) in [(json!({}), "rangeStart"), (json!({"rangeStart": week.0, "rangeEnd": week.1, "availability": "always"}), "availability"), (json!({"rangeStart": week.0, "rangeEnd": week.1, "availability": [7]}), "availability.0")] {
            let answer = scene.app.put("/availability/edit", document).await;
            assert_eq!((answer.status, answer.parameters()[0]), (400, parameter), "{}", answer.text);
        }
        assert_eq!(day(&scene, "", 2, 1).await, ["02-01T09:00-02-01T10:00"], "nothing changed");
    }

    /// Days, weeks and months that do not exist, for every owner and for the grid.
    async fn bad_dates(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[]).await;
        let template = scene.template("SIMPLE", json!({"duration": 30})).await;
        for owner in [String::new(), format!("/{}", a.path), format!("/bookingResource/{}", a.id)] {
            for (path, parameter, code) in [
                ("2027/month/2/day/29/listDay", "day", "bad_day"),
                ("2027/month/4/day/31/listDay", "day", "bad_day"),
                ("2027/month/4/day/0/listDay", "day", "bad_day"),
                ("2027/month/13/day/1/listDay", "month", "bad_month"),
                ("2027/month/0/listMonth", "month", "bad_month"),
                ("2027/month/400/listMonth", "month", "bad_month"),
                ("2027/week/53/listWeek", "week", "bad_week"),
                ("2027/week/0/listWeek", "week", "bad_week"),
                ("1969/month/12/listMonth", "year", "bad_year"),
                ("2201/month/1/listMonth", "year", "bad_year"),
                ("27x/month/1/listMonth", "year", "bad_date"),
                ("-2027/month/1/listMonth", "year", "bad_date"),
                ("2027/month/1.5/listMonth", "month", "bad_date"),
            ] {
                let answer = scene.app.get(&format!("{owner}/availability/year/{path}")).await;
                assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{owner} {path}: {}", answer.text);
            }
            for path in ["2028/month/2/day/29/listDay", "2026/week/53/listWeek", "1970/week/1/listWeek", "1970/month/1/listMonth", "2200/month/12/listMonth"] {
                scene.app.get(&format!("{owner}/availability/year/{path}")).await.content(200);
            }
        }
        for owner in [String::new(), format!("/appointmentTemplate/ea{template}")] {
            let answer = scene.app.get(&format!("{owner}/timeGrid/year/2027/week/53/listWeek")).await;
            assert_eq!((answer.status, answer.codes()), (400, vec!["bad_week"]));
        }
    }

    /// Allowed starts: written by range, the template's before the organization's, and slots keep to them.
    async fn time_grid(app) {
        let scene = Scene::with(&app, json!({"timeGrid": "CUSTOM"})).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        let of_template = format!("/appointmentTemplate/ea{template}");
        let edit = async |owner: &str, range: (&str, &str), starts: &[&str]| {
            scene.app.put(&format!("{owner}/timeGrid/edit"), json!({"rangeStart": range.0, "rangeEnd": range.1, "timeGrid": starts})).await
        };
        let monday = async |owner: &str| -> Vec<String> {
            let answer = scene.app.get(&format!("{owner}/timeGrid/year/2027/week/5/listWeek")).await;
            let day = &answer.content(200)["list"][0];
            assert_eq!((&day["class"], &day["date"]), (&json!("TIME_GRID_DAY"), &json!("2027-02-01")));
            day["timeGridList"].as_array().expect("a list").iter().map(|start| start.as_str().expect("text")[11..16].to_owned()).collect()
        };
        let week = ("2027-02-01T00:00:00+01:00", "2027-02-08T00:00:00+01:00");
        assert_eq!(monday("").await.len(), 96, "every quarter of an hour where nobody has said anything");
        let written = edit("", week, &["2027-02-01T10:10:00+01:00", "2027-02-01T09:20:00+01:00", "2027-02-01T10:10:00+01:00", "2027-02-01T11:45:00+01:00"]).await;
        assert_eq!(written.content(200)["timeGrid"], json!(["2027-02-01T09:20:00+01:00", "2027-02-01T10:10:00+01:00", "2027-02-01T11:45:00+01:00"]));
        for owner in ["", &of_template] {
            assert_eq!(monday(owner).await, ["09:20", "10:10", "11:45"], "{owner}");
        }
        assert_eq!(scene.starts(&template, "2027-02-01").await, ["09:20+01:00", "10:10+01:00"], "11:45 would last too long");
        edit(&of_template, ("2027-02-01T10:00:00+01:00", "2027-02-01T11:00:00+01:00"), &["2027-02-01T10:30:00+01:00"]).await.content(200);
        assert_eq!((monday("").await.len(), monday(&of_template).await), (3, vec!["09:20".to_owned(), "10:30".into(), "11:45".into()]));
        assert_eq!(scene.starts(&template, "2027-02-01").await, ["09:20+01:00", "10:30+01:00"]);
        scene.app.put(&format!("{of_template}/edit"), json!({"timeGrid": "MINUTES_60"})).await.content(200);
        assert_eq!(scene.starts(&template, "2027-02-01").await, ["09:00+01:00", "10:00+01:00", "11:00+01:00"]);
        for (range, start, parameter, code) in [
            ((week.1, week.0), week.0, "rangeEnd", "range_reversed"),
            (week, week.1, "timeGrid.0", "outside_range"),
            (week, "2027-01-31T23:59:00+01:00", "timeGrid.0", "outside_range"),
            (week, "2027-02-01T09:00:01+01:00", "timeGrid.0", "whole_minute"),
            (week, "nine", "timeGrid.0", "bad_instant"),
        ] {
            let answer = edit("", range, &[start]).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{start}");
        }
        assert_eq!(monday("").await, ["09:20", "10:10", "11:45"], "nothing changed");
        let other = Scene::new(&app).await;
        assert_eq!(other.app.get(&format!("{of_template}/timeGrid/year/2027/week/5/listWeek")).await.status, 404);
    }
}
