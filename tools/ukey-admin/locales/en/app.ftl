# What `app` says.

app-user-pin = User PIN
app-so-pin = SO PIN
app-containers = Containers
app-certificates = Certificates
app-files = Files
app-share = { $used } of { $limit }
app-created = Application { $name } is created.
app-deleted = Application { $name } is deleted.
