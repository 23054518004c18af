# app 命令的用语。

app-user-pin = 用户口令
app-so-pin = 管理员口令
app-containers = 容器
app-certificates = 证书
app-files = 文件
app-share = { $used }/{ $limit }
app-created = 应用 { $name } 已创建。
app-deleted = 应用 { $name } 已删除。
